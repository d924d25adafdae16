import type { Decision, Operation, TokenRange } from '../store/store.ts';
import { noteKey, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { formatNote, type Note } from './note.ts';
import type { WriteOutcome } from './register.ts';
import { assertCondition, type WriteCondition, writeActionOf } from './write-condition.ts';

/** A write of the key that etcd 0.4 machines elect their first leader by. */
export interface ElectionRequest {
  readonly token: string;
  readonly text: string;
  readonly condition: WriteCondition;
  readonly expiresAt?: number;
  readonly dialect: 'v2' | 'v3';
  readonly from: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Decides on a write of the election's key: whoever makes it is the leader (rule 3).
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `key-exists`, `unknown-key`, `compare-failed` or one of a token that cannot be used
 */
export function decideElection(
  range: TokenRange,
  request: ElectionRequest,
  now: number,
): Decision<WriteOutcome> {
  const { record, stateEntry, stateNote } = readLiveContent(range, now);
  assertCondition(request.condition, stateEntry, stateEntry && decoder.decode(stateEntry.value));
  const expiresAt = Math.min(request.expiresAt ?? record.expiresAt, record.expiresAt);
  const end = request.expiresAt === undefined ? {} : { expiresAt: request.expiresAt };
  const note: Note = {
    at: stateNote?.at ?? now,
    from: request.from,
    dialect: request.dialect,
    action: writeActionOf(request.condition),
    ...end,
  };
  const operations: Operation[] = [
    { type: 'put', key: STATE_KEY, value: encoder.encode(request.text), expiresAt },
    { type: 'put', key: noteKey(STATE_KEY), value: formatNote(note), expiresAt },
  ];
  const outcome: WriteOutcome = stateEntry
    ? { kind: 'replaced', previous: stateEntry, completed: false, ...end }
    : { kind: 'created', completed: false, ...end };
  return { operations, outcome };
}
