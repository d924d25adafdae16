import type { GrpcCallError } from '../../grpc/client.ts';
import { GRPC_STATUS } from '../../grpc/status.ts';
import { DiscoveryError, type DiscoveryErrorCode } from '../discovery-error.ts';
import { isTaken } from '../taken.ts';

/** Answers that no repetition changes. Others mean "not now": etcd asks again after all of them. */
const FINAL: readonly number[] = [
  GRPC_STATUS.invalidArgument,
  GRPC_STATUS.permissionDenied,
  GRPC_STATUS.failedPrecondition,
  GRPC_STATUS.unimplemented,
  GRPC_STATUS.unauthenticated,
];

/** gRPC has one status for all of these, so the sentence of the service tells them apart. */
const SENTENCES: readonly (readonly [RegExp, DiscoveryErrorCode])[] = [
  [/^this token was never issued/, 'unknown'],
  [/^this token (?:expired|was revoked) on/, 'expired'],
  [/ is registered already, /, 'duplicate'],
];

/** What an answer means that is final; undefined for one that says "later". */
export function toDiscoveryError({ status, message }: GrpcCallError): DiscoveryError | undefined {
  if (!FINAL.includes(status)) return undefined;
  const known = SENTENCES.find(([sentence]) => sentence.test(message))?.[1];
  const code = known ?? (isTaken(message) ? 'duplicate' : 'refused');
  return new DiscoveryError(code, message);
}
