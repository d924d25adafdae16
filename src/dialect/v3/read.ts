import { create } from '@bufbuild/protobuf';
import {
  type RangeRequest,
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  type RangeResponse,
  RangeResponseSchema,
  type ResponseHeader,
} from '../../proto/rpc_pb.ts';
import type { Entry } from '../../store/store.ts';
import { formatKeyValue } from './documents.ts';
import { ETCD_ERRORS } from './errors.ts';
import { includesKey, type Route } from './route.ts';

/** @throws GrpcError for an order or a target of the sort that there is not */
export function assertSortOption({ sortOrder, sortTarget }: RangeRequest): void {
  if (sortOrder > RangeRequest_SortOrder.DESCEND || sortTarget > RangeRequest_SortTarget.VALUE) {
    throw ETCD_ERRORS.invalidSortOption;
  }
}

/**
 * The answer to a Range: filtered, sorted and cut as etcd does it (etcd-io/etcd:server/etcdserver/txn/range.go).
 *
 * @param entries the keys that readers are shown, in the order of the keys
 */
export function formatRange(
  route: Route,
  request: RangeRequest,
  entries: readonly Entry[],
  header: ResponseHeader,
): RangeResponse {
  const found = entries.filter((entry) => includesKey(route, entry.key));
  const count = BigInt(found.length);
  if (request.countOnly) return create(RangeResponseSchema, { header, count });
  const sorted = sort(
    found.filter((entry) => isWithinBounds(entry, request)),
    request,
  );
  const limit = request.limit > 0n ? Number(request.limit) : sorted.length;
  return create(RangeResponseSchema, {
    header,
    kvs: sorted.slice(0, limit).map((entry) => formatKeyValue(route, entry, request.keysOnly)),
    more: sorted.length > limit,
    count,
  });
}

/** Each bound counts where it is not 0. */
function isWithinBounds({ createRevision, modRevision }: Entry, request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    (maxModRevision === 0n || modRevision <= maxModRevision) &&
    (minModRevision === 0n || modRevision >= minModRevision) &&
    (maxCreateRevision === 0n || createRevision <= maxCreateRevision) &&
    (minCreateRevision === 0n || createRevision >= minCreateRevision)
  );
}

const BY_TARGET: Readonly<Record<number, (a: Entry, b: Entry) => number>> = {
  [RangeRequest_SortTarget.VERSION]: (a, b) => a.version - b.version,
  [RangeRequest_SortTarget.CREATE]: (a, b) => a.createRevision - b.createRevision,
  [RangeRequest_SortTarget.MOD]: (a, b) => a.modRevision - b.modRevision,
  [RangeRequest_SortTarget.VALUE]: (a, b) => Buffer.compare(a.value, b.value),
};

/** Of entries that are equal in what they are sorted by, the one with the lower key comes first either way. */
function sort(entries: Entry[], { sortOrder, sortTarget }: RangeRequest): Entry[] {
  const isDescending = sortOrder === RangeRequest_SortOrder.DESCEND;
  const compare = BY_TARGET[sortTarget];
  if (compare === undefined) return isDescending ? entries.reverse() : entries;
  return entries.sort(isDescending ? (a, b) => compare(b, a) : compare);
}
