import type { Decision, TokenRange } from '../store/store.ts';
import { memberKey, noteKey } from './keys.ts';
import { formatNote } from './note.ts';
import { readContent } from './registry-state.ts';

/**
 * Notes that a member has received the answer to its registration: from completion on, its id is its own
 * for ever (rule 4). Answers whether anything was to be noted.
 */
export function decideTold(range: TokenRange, memberId: string): Decision<boolean> {
  const member = readContent(range)?.membersById.get(memberId);
  if (member?.note === undefined || member.note.told === true) return { operations: [], outcome: false };
  const key = noteKey(memberKey(memberId));
  const value = formatNote({ ...member.note, told: true });
  const { expiresAt } = member.entry;
  const end = expiresAt === undefined ? {} : { expiresAt };
  return { operations: [{ type: 'put', key, value, ...end }], outcome: true };
}
