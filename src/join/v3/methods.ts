import type { ClientMethod } from '../../grpc/client.ts';
import {
  type PutRequest,
  PutRequestSchema,
  type PutResponse,
  PutResponseSchema,
  type RangeRequest,
  RangeRequestSchema,
  type RangeResponse,
  RangeResponseSchema,
  type WatchRequest,
  WatchRequestSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '../../proto/rpc_pb.ts';

/** The three calls of etcd's API that discovery needs. */
export const RANGE: ClientMethod<RangeRequest, RangeResponse> = {
  path: '/etcdserverpb.KV/Range',
  input: RangeRequestSchema,
  output: RangeResponseSchema,
};
export const PUT: ClientMethod<PutRequest, PutResponse> = {
  path: '/etcdserverpb.KV/Put',
  input: PutRequestSchema,
  output: PutResponseSchema,
};
export const WATCH: ClientMethod<WatchRequest, WatchResponse> = {
  path: '/etcdserverpb.Watch/Watch',
  input: WatchRequestSchema,
  output: WatchResponseSchema,
};
