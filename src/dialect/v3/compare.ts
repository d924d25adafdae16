import { type Compare, Compare_CompareResult, Compare_CompareTarget } from '../../proto/rpc_pb.ts';
import type { Entry } from '../../store/store.ts';
import { includesKey, type Route } from './route.ts';

/**
 * Whether a comparison of a transaction holds (etcd-io/etcd:server/etcdserver/txn/txn.go, applyCompare): for every key
 * that it names, or for a key that is all zeros where none is there; an absent value compares to nothing.
 */
export function holds(route: Route, compare: Compare, entries: readonly Entry[]): boolean {
  const named = entries.filter((entry) => includesKey(route, entry.key));
  if (named.length > 0) return named.every((entry) => holdsFor(compare, entry));
  return compare.target !== Compare_CompareTarget.VALUE && holdsFor(compare, undefined);
}

function holdsFor({ target, result, targetUnion }: Compare, entry: Entry | undefined): boolean {
  const order =
    target === Compare_CompareTarget.VALUE
      ? Buffer.compare(
          entry?.value ?? new Uint8Array(),
          targetUnion.case === 'value' ? targetUnion.value : new Uint8Array(),
        )
      : signOf(numberOf(target, entry) - wantedOf(target, targetUnion));
  switch (result) {
    case Compare_CompareResult.EQUAL:
      return order === 0;
    case Compare_CompareResult.NOT_EQUAL:
      return order !== 0;
    case Compare_CompareResult.GREATER:
      return order > 0;
    case Compare_CompareResult.LESS:
      return order < 0;
    default:
      // etcd takes a result that it does not know for one that holds.
      return true;
  }
}

function numberOf(target: Compare_CompareTarget, entry: Entry | undefined): bigint {
  switch (target) {
    case Compare_CompareTarget.VERSION:
      return BigInt(entry?.version ?? 0);
    case Compare_CompareTarget.CREATE:
      return BigInt(entry?.createRevision ?? 0);
    case Compare_CompareTarget.MOD:
      return BigInt(entry?.modRevision ?? 0);
    default:
      // Nothing here has a lease.
      return 0n;
  }
}

const UNION_CASES: Readonly<Record<number, string>> = {
  [Compare_CompareTarget.VERSION]: 'version',
  [Compare_CompareTarget.CREATE]: 'createRevision',
  [Compare_CompareTarget.MOD]: 'modRevision',
  [Compare_CompareTarget.LEASE]: 'lease',
};

function wantedOf(target: Compare_CompareTarget, union: Compare['targetUnion']): bigint {
  return union.case === UNION_CASES[target] && typeof union.value === 'bigint' ? union.value : 0n;
}

function signOf(difference: bigint): number {
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
