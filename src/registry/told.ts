import type { Decision, Operation, TokenRange } from '../store/store.ts';
import { memberKey, noteKey } from './keys.ts';
import { formatNote, type Note } from './note.ts';
import { type Member, readContent } from './registry-state.ts';

/**
 * Notes that a member has received the answer to its registration: from completion on, its id is its own
 * for ever (rule 4). Answers whether anything was to be noted.
 */
export function decideTold(range: TokenRange, memberId: string): Decision<boolean> {
  const member = readContent(range)?.membersById.get(memberId);
  if (member?.note === undefined || member.note.told === true) return { operations: [], outcome: false };
  return { operations: [toldOperation(member, member.note, true)], outcome: true };
}

/** The change of a member's note that says whether it has received its answer. No reader is shown it. */
export function toldOperation({ id, entry }: Member, note: Note, told: boolean): Operation {
  const { expiresAt } = entry;
  return {
    type: 'put',
    key: noteKey(memberKey(id)),
    value: formatNote({ ...note, told }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
