import { type ErrorCode, isMusterError } from '../../errors.ts';
import { GRPC_STATUS, GrpcError, type GrpcStatus } from '../../grpc/status.ts';

/** How a code of Muster is told. Members log the sentence of any of them, try again in 2, 4, 8 ... s, and do not start. */
const TABLE: Readonly<Record<ErrorCode, GrpcStatus>> = {
  'unknown-token': GRPC_STATUS.permissionDenied,
  'expired-token': GRPC_STATUS.failedPrecondition,
  'revoked-token': GRPC_STATUS.failedPrecondition,
  'unknown-key': GRPC_STATUS.invalidArgument,
  'compare-failed': GRPC_STATUS.failedPrecondition,
  'key-exists': GRPC_STATUS.failedPrecondition,
  'duplicate-member': GRPC_STATUS.failedPrecondition,
  'guard-refused': GRPC_STATUS.failedPrecondition,
  'member-started': GRPC_STATUS.failedPrecondition,
  'not-permitted': GRPC_STATUS.permissionDenied,
  // etcd would ask a hundred times in a row after UNAVAILABLE, and once after any other status.
  'limit-exceeded': GRPC_STATUS.resourceExhausted,
  'rate-limited': GRPC_STATUS.resourceExhausted,
  'invalid-size': GRPC_STATUS.invalidArgument,
  'invalid-ttl': GRPC_STATUS.invalidArgument,
  compacted: GRPC_STATUS.outOfRange,
  'watch-overrun': GRPC_STATUS.unavailable,
  'store-unavailable': GRPC_STATUS.unavailable,
  'store-closed': GRPC_STATUS.unavailable,
  'data-folder': GRPC_STATUS.unavailable,
  'bad-file': GRPC_STATUS.internal,
  'not-empty': GRPC_STATUS.internal,
  'cannot-listen': GRPC_STATUS.internal,
  'program-failed': GRPC_STATUS.internal,
  'bad-setting': GRPC_STATUS.internal,
  'bad-request': GRPC_STATUS.invalidArgument,
  'incomplete-cluster': GRPC_STATUS.failedPrecondition,
};

type EtcdErrorName =
  | 'emptyKey'
  | 'keyNotFound'
  | 'valueProvided'
  | 'leaseProvided'
  | 'leaseNotFound'
  | 'tooManyOps'
  | 'duplicateKey'
  | 'invalidSortOption'
  | 'futureRevision'
  | 'compacted'
  | 'permissionDenied'
  | 'authNotEnabled'
  | 'authFailed'
  | 'invalidAuthToken';

/** etcd's own texts, where clients match on them (etcd-io/etcd:api/v3rpc/rpctypes/error.go). */
export const ETCD_ERRORS: Readonly<Record<EtcdErrorName, GrpcError>> = {
  emptyKey: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: key is not provided'),
  keyNotFound: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: key not found'),
  valueProvided: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: value is provided'),
  leaseProvided: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: lease is provided'),
  leaseNotFound: new GrpcError(GRPC_STATUS.notFound, 'etcdserver: requested lease not found'),
  tooManyOps: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: too many operations in txn request'),
  duplicateKey: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: duplicate key given in txn request'),
  invalidSortOption: new GrpcError(GRPC_STATUS.invalidArgument, 'etcdserver: invalid sort option'),
  permissionDenied: new GrpcError(GRPC_STATUS.permissionDenied, 'etcdserver: permission denied'),
  authNotEnabled: new GrpcError(GRPC_STATUS.failedPrecondition, 'etcdserver: authentication is not enabled'),
  authFailed: new GrpcError(
    GRPC_STATUS.invalidArgument,
    'etcdserver: authentication failed, invalid user ID or password',
  ),
  invalidAuthToken: new GrpcError(GRPC_STATUS.unauthenticated, 'etcdserver: invalid auth token'),
  futureRevision: new GrpcError(
    GRPC_STATUS.outOfRange,
    'etcdserver: mvcc: required revision is a future revision',
  ),
  compacted: new GrpcError(GRPC_STATUS.outOfRange, 'etcdserver: mvcc: required revision has been compacted'),
};

/** Words any error for a client. What is neither ours nor gRPC's is a fault: it is told without its text. */
export function formatError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error;
  if (!isMusterError(error)) {
    return new GrpcError(GRPC_STATUS.internal, 'internal error: see the log of the service');
  }
  if (error.code === 'unknown-key') return ETCD_ERRORS.keyNotFound;
  if (error.code === 'compacted') return ETCD_ERRORS.compacted;
  const { code, message, remedy } = error;
  return new GrpcError(TABLE[code], remedy === undefined ? message : `${message} (${remedy})`);
}
