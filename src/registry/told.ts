import type { Decision, Operation, TokenRange } from '../store/store.ts';
import { memberKey, noteKey } from './keys.ts';
import { formatNote, type Note } from './note.ts';
import { type Member, readContent } from './registry-state.ts';

/**
 * Notes that a member has received the answer to its registration: once the cluster is complete, it may have started
 * (rule 4).
 *
 * @param address where the receipt comes from
 * @returns `noted`: it is known from now on. `known`: it was before. `stranger`: it does not count, since it comes
 *   from another address than the registration
 */
export function decideTold(
  range: TokenRange,
  memberId: string,
  address: string,
): Decision<'noted' | 'known' | 'stranger'> {
  const member = readContent(range)?.membersById.get(memberId);
  if (member?.note?.from !== address) return { operations: [], outcome: 'stranger' };
  if (member.note.told === true) return { operations: [], outcome: 'known' };
  return { operations: [toldOperation(member, member.note, true)], outcome: 'noted' };
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
