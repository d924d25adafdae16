import {
  type AlarmRequest,
  AlarmRequestSchema,
  type AlarmResponse,
  AlarmResponseSchema,
  type AuthenticateRequest,
  AuthenticateRequestSchema,
  type AuthenticateResponse,
  AuthenticateResponseSchema,
  type LeaseGrantRequest,
  LeaseGrantRequestSchema,
  type LeaseGrantResponse,
  LeaseGrantResponseSchema,
  type LeaseLeasesRequest,
  LeaseLeasesRequestSchema,
  type LeaseLeasesResponse,
  LeaseLeasesResponseSchema,
  type LeaseRevokeRequest,
  LeaseRevokeRequestSchema,
  type LeaseRevokeResponse,
  LeaseRevokeResponseSchema,
  type LeaseTimeToLiveRequest,
  LeaseTimeToLiveRequestSchema,
  type LeaseTimeToLiveResponse,
  LeaseTimeToLiveResponseSchema,
  type PutRequest,
  PutRequestSchema,
  type PutResponse,
  PutResponseSchema,
  type RangeRequest,
  RangeRequestSchema,
  type RangeResponse,
  RangeResponseSchema,
  type StatusRequest,
  StatusRequestSchema,
  type StatusResponse,
  StatusResponseSchema,
  type TxnRequest,
  TxnRequestSchema,
  type TxnResponse,
  TxnResponseSchema,
  type WatchRequest,
  WatchRequestSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '../proto/rpc_pb.ts';
import type { ClientMethod } from './client.ts';

// The calls of etcd's API that discovery and the etcd store need.

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
export const TXN: ClientMethod<TxnRequest, TxnResponse> = {
  path: '/etcdserverpb.KV/Txn',
  input: TxnRequestSchema,
  output: TxnResponseSchema,
};
export const WATCH: ClientMethod<WatchRequest, WatchResponse> = {
  path: '/etcdserverpb.Watch/Watch',
  input: WatchRequestSchema,
  output: WatchResponseSchema,
};
export const AUTHENTICATE: ClientMethod<AuthenticateRequest, AuthenticateResponse> = {
  path: '/etcdserverpb.Auth/Authenticate',
  input: AuthenticateRequestSchema,
  output: AuthenticateResponseSchema,
};
export const ALARM: ClientMethod<AlarmRequest, AlarmResponse> = {
  path: '/etcdserverpb.Maintenance/Alarm',
  input: AlarmRequestSchema,
  output: AlarmResponseSchema,
};
export const LEASE_GRANT: ClientMethod<LeaseGrantRequest, LeaseGrantResponse> = {
  path: '/etcdserverpb.Lease/LeaseGrant',
  input: LeaseGrantRequestSchema,
  output: LeaseGrantResponseSchema,
};
export const LEASE_REVOKE: ClientMethod<LeaseRevokeRequest, LeaseRevokeResponse> = {
  path: '/etcdserverpb.Lease/LeaseRevoke',
  input: LeaseRevokeRequestSchema,
  output: LeaseRevokeResponseSchema,
};
export const LEASE_TIME_TO_LIVE: ClientMethod<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse> = {
  path: '/etcdserverpb.Lease/LeaseTimeToLive',
  input: LeaseTimeToLiveRequestSchema,
  output: LeaseTimeToLiveResponseSchema,
};
export const LEASE_LEASES: ClientMethod<LeaseLeasesRequest, LeaseLeasesResponse> = {
  path: '/etcdserverpb.Lease/LeaseLeases',
  input: LeaseLeasesRequestSchema,
  output: LeaseLeasesResponseSchema,
};
export const STATUS: ClientMethod<StatusRequest, StatusResponse> = {
  path: '/etcdserverpb.Maintenance/Status',
  input: StatusRequestSchema,
  output: StatusResponseSchema,
};
