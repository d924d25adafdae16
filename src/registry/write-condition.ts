import { MusterError } from '../errors.ts';
import type { Entry } from '../store/store.ts';
import type { WriteAction } from './note.ts';

/** What must hold for a write, as the v2 keys API has it; the v3 dialect maps its compares on the same. */
export interface WriteCondition {
  /** `prevExist`: the key must be absent (false) or there (true). */
  readonly exists?: boolean;
  /** `prevValue`: the value that must stand there. */
  readonly value?: string;
  /** `prevIndex`: the revision that the key must have been written at. */
  readonly revision?: number;
}

/** Which kind of write a condition makes (etcd-io/etcd@v3.4.23:etcdserver/apply_v2.go, Put). */
export function writeActionOf({ exists, value, revision }: WriteCondition): WriteAction {
  if (exists === false) return 'create';
  if (value !== undefined || revision !== undefined) return 'compareAndSwap';
  return exists === true ? 'update' : 'set';
}

/**
 * @param entry the key as it is, undefined where it is not
 * @param text its value as text
 * @throws MusterError `key-exists`, `unknown-key` or `compare-failed`
 */
export function assertCondition(
  condition: WriteCondition,
  entry: Entry | undefined,
  text: string | undefined,
): void {
  const action = writeActionOf(condition);
  if (action === 'create' && entry !== undefined) {
    throw new MusterError('key-exists', 'the key exists already');
  }
  if (action === 'create' || action === 'set') return;
  if (entry === undefined) throw new MusterError('unknown-key', 'the key does not exist');
  if (action === 'compareAndSwap') assertCompare(condition, entry, text ?? '');
}

/** @throws MusterError `compare-failed`, in the words of etcd's v2 store */
export function assertCompare({ value, revision }: WriteCondition, entry: Entry, text: string): void {
  const failures = [
    value === undefined || value === text ? '' : `[${value} != ${text}]`,
    revision === undefined || revision === entry.modRevision ? '' : `[${revision} != ${entry.modRevision}]`,
  ].filter((failure) => failure !== '');
  if (failures.length > 0) throw new MusterError('compare-failed', failures.join(' '));
}
