import { create, toBinary } from '@bufbuild/protobuf';
import { EncodedMessage } from '../../grpc/method.ts';
import {
  type RangeRequest,
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  type RangeResponse,
  RangeResponseSchema,
  type ResponseHeader,
} from '../../proto/rpc_pb.ts';
import type { LiveContent } from '../../registry/registry-state.ts';
import { shownEntries } from '../../registry/shown-keys.ts';
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
  header: ResponseHeader | undefined,
): RangeResponse {
  const head = header === undefined ? {} : { header };
  const found = entries.filter((entry) => includesKey(route, entry.key));
  const count = BigInt(found.length);
  if (request.countOnly) return create(RangeResponseSchema, { ...head, count });
  const sorted = sort(
    found.filter((entry) => isWithinBounds(entry, request)),
    request,
  );
  const limit = request.limit > 0n ? Number(request.limit) : sorted.length;
  return create(RangeResponseSchema, {
    ...head,
    kvs: sorted.slice(0, limit).map((entry) => formatKeyValue(route, entry, request.keysOnly)),
    more: sorted.length > limit,
    count,
  });
}

/** Headers as they were encoded, in the one field of an answer. */
const heads = new WeakMap<ResponseHeader, Uint8Array>();

function encodeHead(header: ResponseHeader): Uint8Array {
  let head = heads.get(header);
  if (head === undefined) {
    head = toBinary(RangeResponseSchema, create(RangeResponseSchema, { header }));
    heads.set(header, head);
  }
  return head;
}

/** Answers to ranges as they were encoded, without their headers. */
const answers = new WeakMap<LiveContent, Map<string, Uint8Array>>();

/** Members of a cluster ask for the same, again and again; whoever asks for more than that is answered, not kept. */
const ANSWERS_PER_CONTENT = 4;
const KEPT_ANSWER_MAX_BYTES = 16_384;

/** The answer to a Range about what is there now, encoded once for all who ask the same of the same content. */
export function encodeRange(
  route: Route,
  request: RangeRequest,
  content: LiveContent,
  header: ResponseHeader,
): EncodedMessage {
  const head = encodeHead(header);
  const question = nameQuestion(route, request);
  const kept = answers.get(content);
  const known = question === undefined ? undefined : kept?.get(question);
  if (known !== undefined) return new EncodedMessage(head, known);
  const response = formatRange(route, request, shownEntries(content), undefined);
  const body = toBinary(RangeResponseSchema, response);
  if (question !== undefined && body.length <= KEPT_ANSWER_MAX_BYTES) {
    if (kept === undefined) answers.set(content, new Map([[question, body]]));
    else if (kept.size < ANSWERS_PER_CONTENT) kept.set(question, body);
  }
  return new EncodedMessage(head, body);
}

/** What is asked, as text that nothing else has; undefined for what is not asked often. */
function nameQuestion({ start, end }: Route, request: RangeRequest): string | undefined {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  if ((minModRevision | maxModRevision | minCreateRevision | maxCreateRevision) !== 0n) return undefined;
  const { limit, sortOrder, sortTarget, keysOnly, countOnly } = request;
  const options = `${limit} ${sortOrder} ${sortTarget} ${keysOnly} ${countOnly}`;
  return `${options} ${end === undefined ? -1 : start.length} ${start}${end ?? ''}`;
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
