import type { Decision, TokenRange } from '../store/store.ts';
import { assertValue } from './bounds.ts';
import { STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import type { ShownEntry, WriteOutcome } from './shown-entry.ts';
import { valueText } from './value-text.ts';
import { assertCondition, type WriteCondition, writeActionOf } from './write-condition.ts';
import { decideWrite } from './write-key.ts';

/** A write of the key that etcd 0.4 machines elect their first leader by. */
export interface ElectionRequest {
  readonly token: string;
  readonly text: string;
  readonly condition: WriteCondition;
  /** The end of the key that the client asked for, in milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  readonly dialect: 'v2' | 'v3';
  readonly from: string;
}

/**
 * Decides on a write of the election's key: whoever makes it is the leader (rule 3).
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `key-exists`, `unknown-key`, `compare-failed`, `limit-exceeded` or one of a token that
 *   cannot be used
 */
export function decideElection(
  range: TokenRange,
  request: ElectionRequest,
  now: number,
): Decision<WriteOutcome> {
  const { record, stateEntry, stateNote } = readLiveContent(range, now);
  const { text, condition, expiresAt, dialect, from } = request;
  assertValue(text);
  assertCondition(condition, stateEntry, stateEntry && valueText(stateEntry));
  const previous: ShownEntry | undefined = stateEntry && {
    entry: stateEntry,
    expiresAt: stateNote?.expiresAt,
  };
  return decideWrite({
    key: STATE_KEY,
    text,
    expiresAt: Math.min(expiresAt ?? record.expiresAt, record.expiresAt),
    note: {
      at: stateNote?.at ?? now,
      from,
      dialect,
      action: writeActionOf(condition),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    previous,
    completed: false,
  });
}
