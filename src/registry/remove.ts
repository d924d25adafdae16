import { MusterError } from '../errors.ts';
import type { Decision, TokenRange } from '../store/store.ts';
import { memberKey, noteKey, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import type { ShownEntry } from './shown-entry.ts';
import { valueText } from './value-text.ts';
import { assertCompare, type WriteCondition } from './write-condition.ts';

/** A request to take a member, or the election, out of a registry. */
export interface RemovalRequest {
  readonly token: string;
  /** The member's id; undefined for the election's key. */
  readonly memberId: string | undefined;
  readonly condition: WriteCondition;
  readonly isAdmin: boolean;
}

/** What was removed. */
export interface RemovalOutcome {
  readonly previous: ShownEntry;
}

/**
 * Decides on a removal. What others were shown is not taken back under them: only an admin may, or anybody
 * while nobody else has registered (rule 5).
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `unknown-key`, `compare-failed`, `not-permitted` or one of a token that cannot be used
 */
export function decideRemoval(
  range: TokenRange,
  request: RemovalRequest,
  now: number,
): Decision<RemovalOutcome> {
  const content = readLiveContent(range, now);
  const { memberId } = request;
  const member = memberId === undefined ? undefined : content.membersById.get(memberId);
  const entry = memberId === undefined ? content.stateEntry : member?.entry;
  if (entry === undefined) throw new MusterError('unknown-key', 'the key does not exist');
  assertCompare(request.condition, entry, valueText(entry));
  const others = content.members.filter((other) => other.id !== memberId);
  if (others.length > 0 && !request.isAdmin) {
    throw new MusterError('not-permitted', 'other members have registered and may rely on this entry', {
      remedy: 'make a new token, or let the operator remove it with the admin token',
    });
  }
  const key = memberId === undefined ? STATE_KEY : memberKey(memberId);
  const note = memberId === undefined ? content.stateNote : member?.note;
  return {
    operations: [
      { type: 'delete', key },
      { type: 'delete', key: noteKey(key) },
    ],
    outcome: { previous: { entry, expiresAt: note?.expiresAt } },
  };
}
