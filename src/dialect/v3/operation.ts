import { MusterError } from '../../errors.ts';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import { originOf, type Requester } from '../../http/requester.ts';
import type { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp } from '../../proto/rpc_pb.ts';
import { parseMemberKey, SIZE_KEY, STATE_KEY } from '../../registry/keys.ts';
import type { Step } from '../../registry/transaction.ts';
import type { WriteCondition } from '../../registry/write-condition.ts';
import { ETCD_ERRORS } from './errors.ts';
import { assertSortOption } from './read.ts';
import { includesKey, keyOf, parseRoute, type Route } from './route.ts';
import { isUrl, listSalts } from './spellings.ts';

/** One operation of a transaction, checked: what it asks for, which keys it means, and its step in the registry. */
export type Operation =
  | { readonly type: 'range'; readonly route: Route; readonly request: RangeRequest; readonly step: Step }
  | { readonly type: 'put'; readonly route: Route; readonly request: PutRequest; readonly step: Step }
  | {
      readonly type: 'delete';
      readonly route: Route;
      readonly request: DeleteRangeRequest;
      readonly step: Step;
    };

/** What operations need to know of their surroundings. */
export interface OperationContext {
  readonly requester: Requester;
  readonly isAdmin: boolean;
  readonly publicUrl: string | undefined;
}

/** @throws GrpcError or MusterError for an operation that could never be done */
export function parseOperation({ request: op }: RequestOp, context: OperationContext): Operation {
  switch (op.case) {
    case 'requestRange':
      return parseRangeOperation(op.value);
    case 'requestPut':
      return parsePut(op.value, context);
    case 'requestDeleteRange':
      return parseDeleteRange(op.value, context);
    case 'requestTxn':
      throw new GrpcError(
        GRPC_STATUS.unimplemented,
        'a transaction within a transaction is not offered here',
      );
    default:
      throw ETCD_ERRORS.emptyKey;
  }
}

function parseRangeOperation(request: RangeRequest): Operation {
  assertSortOption(request);
  if (request.revision > 0n) {
    throw new GrpcError(
      GRPC_STATUS.unimplemented,
      'a Range within a transaction reads the newest revision here; read an older one by a Range of its own',
    );
  }
  const route = parseRoute(request.key, request.rangeEnd);
  return { type: 'range', route, request, step: { type: 'read' } };
}

/** A Put: the registration of a member, or a vote in the election of etcd 0.4. */
export function parsePut(request: PutRequest, context: OperationContext): Operation {
  if (request.key.length === 0) throw ETCD_ERRORS.emptyKey;
  if (request.ignoreValue && request.value.length > 0) throw ETCD_ERRORS.valueProvided;
  if (request.ignoreLease && request.lease !== 0n) throw ETCD_ERRORS.leaseProvided;
  const route = parseRoute(request.key, new Uint8Array());
  if (request.lease !== 0n) throw ETCD_ERRORS.leaseNotFound;
  const key = keyOf(route);
  const text = request.ignoreValue ? undefined : decode(request.value);
  // Nothing here has a lease that could be kept; but for etcd only a key that is there has one to keep.
  const condition = request.ignoreLease ? { exists: true } : {};
  return { type: 'put', route, request, step: stepOfPut(route, key, text, condition, context) };
}

function stepOfPut(
  route: Route,
  key: string | undefined,
  text: string | undefined,
  condition: WriteCondition,
  { requester, publicUrl }: OperationContext,
): Step {
  const { address } = requester;
  if (key === STATE_KEY) {
    return { type: 'elect', text, request: { condition, dialect: 'v3', from: address } };
  }
  const memberId = key === undefined ? undefined : parseMemberKey(key);
  if (memberId === undefined) {
    const isSize = key === SIZE_KEY;
    throw new MusterError(
      'not-permitted',
      isSize ? 'the cluster size is given when the token is made, and stays' : 'this key cannot be written',
      {
        remedy: isSize
          ? 'make a token of another size with /new?size=N'
          : 'what can be written below a token is members/<id> and _state',
      },
    );
  }
  const { token, spelling, prefix } = route;
  return {
    type: 'register',
    memberId,
    text,
    request: {
      condition,
      dialect: 'v3',
      from: address,
      salts: listSalts(route),
      // The public URL says nothing about a bare token.
      wantedSalt: publicUrl !== undefined && isUrl(spelling) ? `${publicUrl}/${token}` : undefined,
      formatRelease: (id) =>
        `"etcdctl del ${prefix}members/${id} --endpoints=${publicUrl ?? originOf(requester) ?? 'http://HOST'}"`,
    },
  };
}

function decode(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new MusterError('guard-refused', 'cannot store a value that is not UTF-8', {
      remedy: 'a member registers name=peer-URL, such as n1=http://10.0.0.1:2380',
    });
  }
}

/** A DeleteRange: removes every key that it names, by the rules of removal. */
export function parseDeleteRange(request: DeleteRangeRequest, { isAdmin }: OperationContext): Operation {
  const route = parseRoute(request.key, request.rangeEnd);
  const accept = (key: string): boolean => includesKey(route, key);
  return { type: 'delete', route, request, step: { type: 'remove', accept, isAdmin } };
}
