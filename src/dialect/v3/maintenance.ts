import { create } from '@bufbuild/protobuf';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import {
  type AlarmRequest,
  AlarmRequest_AlarmAction,
  type AlarmResponse,
  AlarmResponseSchema,
  type StatusResponse,
  StatusResponseSchema,
} from '../../proto/rpc_pb.ts';
import type { StoreStats } from '../../store/store.ts';
import type { FormatHeader } from './documents.ts';

/** What maintenance needs of its surroundings. */
export interface MaintenanceOptions {
  readonly version: string;
  readonly storeStats: () => StoreStats | Promise<StoreStats>;
}

/** Maintenance.Status, for `etcdctl endpoint status`. Muster is its own leader. */
export async function serveStatus(
  { version, storeStats }: MaintenanceOptions,
  formatHeader: FormatHeader,
): Promise<StatusResponse> {
  const { revision, sizeBytes } = await storeStats();
  const header = formatHeader(revision);
  const index = BigInt(revision);
  return create(StatusResponseSchema, {
    header,
    version: `Muster ${version}`,
    dbSize: BigInt(sizeBytes),
    dbSizeInUse: BigInt(sizeBytes),
    leader: header.memberId,
    raftIndex: index,
    raftAppliedIndex: index,
    raftTerm: header.raftTerm,
  });
}

/** Maintenance.Alarm: `etcdctl endpoint health` of 3.5 and later asks for the list, which is empty. */
export function serveAlarm(
  { action }: AlarmRequest,
  formatHeader: FormatHeader,
  revision: number,
): AlarmResponse {
  if (action !== AlarmRequest_AlarmAction.GET) {
    throw new GrpcError(GRPC_STATUS.unimplemented, 'there are no alarms to set or to clear here');
  }
  return create(AlarmResponseSchema, { header: formatHeader(revision) });
}
