import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { openGrpcClient } from '../src/grpc/client.ts';
import { PUT } from '../src/grpc/etcd-methods.ts';
import { type PutRequest, PutRequestSchema } from '../src/proto/rpc_pb.ts';
import { createMember } from './member.ts';

const CALL_TIMEOUT_MS = 10_000;

/** The keys of a token's members, as a member asks for them. */
export function membersOf(token: string): { key: Buffer; rangeEnd: Buffer } {
  const folder = folderOf(token);
  return { key: Buffer.from(`${folder}/members`), rangeEnd: Buffer.from(`${folder}/membert`) };
}

/** The registration of the `number`th member of a token, whose text is the salt of its id. */
export function memberPut(token: string, number: number): PutRequest {
  const { id, value } = createMember(token, number);
  return put(`${folderOf(token)}/members/${id}`, value);
}

/** What an operator puts into an etcd that others shall discover by. */
export function sizePut(token: string, size: number): PutRequest {
  return put(`${folderOf(token)}/_config/size`, String(size));
}

/** A token for a bare etcd, which takes any text. */
export function inventToken(): string {
  return randomBytes(16).toString('hex');
}

/** Sends puts one after another. */
export async function putAll(url: string, requests: readonly PutRequest[]): Promise<void> {
  const client = openGrpcClient(url);
  const { signal } = new AbortController();
  try {
    for (const request of requests) await client.unary(PUT, request, { timeoutMs: CALL_TIMEOUT_MS, signal });
  } finally {
    client.close();
  }
}

function folderOf(token: string): string {
  return `/_etcd/registry/${token}`;
}

function put(key: string, value: string): PutRequest {
  return create(PutRequestSchema, { key: Buffer.from(key), value: Buffer.from(value) });
}
