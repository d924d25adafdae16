import { create } from '@bufbuild/protobuf';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import {
  type DeleteRangeRequest,
  type DeleteRangeResponse,
  DeleteRangeResponseSchema,
  type PutRequest,
  type PutResponse,
  PutResponseSchema,
  type ResponseHeader,
  ResponseHeaderSchema,
  type ResponseOp,
  ResponseOpSchema,
  type TxnRequest,
  type TxnResponse,
  TxnResponseSchema,
} from '../../proto/rpc_pb.ts';
import { parseMemberKey } from '../../registry/keys.ts';
import type { Registry } from '../../registry/registry.ts';
import type { StepOutcome } from '../../registry/transaction.ts';
import { holds } from './compare.ts';
import { type FormatHeader, formatKeyValue } from './documents.ts';
import { ETCD_ERRORS } from './errors.ts';
import {
  type Operation,
  type OperationContext,
  parseDeleteRange,
  parseOperation,
  parsePut,
} from './operation.ts';
import { formatRange } from './read.ts';
import { includesKey, keyOf, parseRoute, type Route } from './route.ts';

/** What writes need of their surroundings. */
export interface WriteContext extends OperationContext {
  readonly registry: Registry;
  readonly formatHeader: FormatHeader;
}

/** Operations of a transaction, as etcd bounds them (`--max-txn-ops`). */
const TXN_OPS_MAX = 128;

/** KV.Put. */
export async function servePut(request: PutRequest, context: WriteContext): Promise<PutResponse> {
  const { revision, responses } = await commit([parsePut(request, context)], context);
  const [response] = responses;
  if (response?.response.case !== 'responsePut') throw new Error('a put has no answer');
  return { ...response.response.value, header: context.formatHeader(revision) };
}

/** KV.DeleteRange. */
export async function serveDeleteRange(
  request: DeleteRangeRequest,
  context: WriteContext,
): Promise<DeleteRangeResponse> {
  const { revision, responses } = await commit([parseDeleteRange(request, context)], context);
  const [response] = responses;
  if (response?.response.case !== 'responseDeleteRange') throw new Error('a removal has no answer');
  return { ...response.response.value, header: context.formatHeader(revision) };
}

/** KV.Txn. */
export async function serveTxn(request: TxnRequest, context: WriteContext): Promise<TxnResponse> {
  const { registry, formatHeader } = context;
  for (const list of [request.compare, request.success, request.failure]) {
    if (list.length > TXN_OPS_MAX) throw ETCD_ERRORS.tooManyOps;
  }
  const compares = request.compare.map((compare) => ({
    compare,
    route: parseRoute(compare.key, compare.rangeEnd),
  }));
  const success = request.success.map((operation) => parseOperation(operation, context));
  const failure = request.failure.map((operation) => parseOperation(operation, context));
  // As in etcd, what is wrong with a single operation comes before what two of them do to each other.
  assertDistinct(success);
  assertDistinct(failure);
  const routes = [...compares, ...success, ...failure].map(({ route }) => route);
  const [first] = routes;
  if (first === undefined) {
    return create(TxnResponseSchema, { header: formatHeader(registry.revision), succeeded: true });
  }
  if (routes.some(({ token }) => token !== first.token)) {
    throw new GrpcError(GRPC_STATUS.permissionDenied, 'a transaction is about the keys of one token');
  }
  const { revision, branch, outcomes } = await registry.transact(
    first.token,
    {
      plan: (entries, before) => {
        const succeeded = compares.every(({ route, compare }) => holds(route, compare, entries));
        const operations = succeeded ? success : failure;
        return { branch: { succeeded, operations, before }, steps: operations.map(({ step }) => step) };
      },
      memberIds: memberIdsOf([...success, ...failure]),
    },
    context.requester.connection,
  );
  return create(TxnResponseSchema, {
    header: formatHeader(revision),
    succeeded: branch.succeeded,
    responses: formatResponses(branch.operations, outcomes, { before: branch.before, after: revision }),
  });
}

async function commit(
  operations: readonly Operation[],
  { registry, requester }: WriteContext,
): Promise<{ revision: number; responses: ResponseOp[] }> {
  const token = operations[0]?.route.token ?? '';
  const {
    revision,
    branch: before,
    outcomes,
  } = await registry.transact(
    token,
    {
      plan: (_entries, newest) => ({ branch: newest, steps: operations.map(({ step }) => step) }),
      memberIds: memberIdsOf(operations),
    },
    requester.connection,
  );
  return { revision, responses: formatResponses(operations, outcomes, { before, after: revision }) };
}

/** A key may be put once, and not be removed by the same transaction (etcd's checkIntervals). */
function assertDistinct(operations: readonly Operation[]): void {
  const puts = operations.filter(({ type }) => type === 'put').map(({ route }) => route);
  if (new Set(puts.map(({ start }) => start)).size < puts.length) throw ETCD_ERRORS.duplicateKey;
  for (const { type, route } of operations) {
    if (type === 'delete' && puts.some((put) => covers(route, put))) throw ETCD_ERRORS.duplicateKey;
  }
}

function covers(range: Route, { prefix, start }: Route): boolean {
  const key = keyOf({ ...range, prefix, start, end: undefined });
  return key !== undefined && includesKey(range, key);
}

function memberIdsOf(operations: readonly Operation[]): string[] {
  return operations.flatMap(({ type, route }) => {
    const memberId = type === 'put' ? parseMemberKey(keyOf(route) ?? '') : undefined;
    return memberId === undefined ? [] : [memberId];
  });
}

/**
 * The answers within a transaction have the revision only, as etcd's have: that of the commit from the first operation
 * on that changes a key, and the one before it for those ahead of that.
 */
function formatResponses(
  operations: readonly Operation[],
  outcomes: readonly StepOutcome[],
  { before, after }: { readonly before: number; readonly after: number },
): ResponseOp[] {
  let revision = before;
  return operations.map((operation, index) => {
    const outcome = outcomes[index];
    if (isChange(outcome)) revision = after;
    const header = create(ResponseHeaderSchema, { revision: BigInt(revision) });
    return formatResponse(operation, outcome, header);
  });
}

function isChange(outcome: StepOutcome | undefined): boolean {
  if (outcome?.type === 'put') return outcome.kind !== 'repeated';
  return outcome?.type === 'removed' && outcome.previous.length > 0;
}

function formatResponse(
  operation: Operation,
  outcome: StepOutcome | undefined,
  header: ResponseHeader,
): ResponseOp {
  const { route } = operation;
  if (operation.type === 'range' && outcome?.type === 'read') {
    const value = formatRange(route, operation.request, outcome.entries, header);
    return create(ResponseOpSchema, { response: { case: 'responseRange', value } });
  }
  if (operation.type === 'put' && outcome?.type === 'put') {
    const previous = operation.request.prevKv ? outcome.previous : undefined;
    const prevKv = previous === undefined ? {} : { prevKv: formatKeyValue(route, previous) };
    const value = create(PutResponseSchema, { header, ...prevKv });
    return create(ResponseOpSchema, { response: { case: 'responsePut', value } });
  }
  if (operation.type === 'delete' && outcome?.type === 'removed') {
    const { previous } = outcome;
    const value = create(DeleteRangeResponseSchema, {
      header,
      deleted: BigInt(previous.length),
      prevKvs: operation.request.prevKv ? previous.map((entry) => formatKeyValue(route, entry)) : [],
    });
    return create(ResponseOpSchema, { response: { case: 'responseDeleteRange', value } });
  }
  throw new Error(`a ${operation.type} of a transaction came to a ${outcome?.type}`);
}
