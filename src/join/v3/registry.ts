import { posix } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { GrpcCallError } from '../../grpc/client.ts';
import { PUT, RANGE, WATCH } from '../../grpc/etcd-methods.ts';
import { Event_EventType, type KeyValue } from '../../proto/kv_pb.ts';
import {
  PutRequestSchema,
  RangeRequestSchema,
  type RangeResponse,
  WatchRequestSchema,
  type WatchResponse,
} from '../../proto/rpc_pb.ts';
import type { RegisteredMember } from '../discovered-member.ts';
import { DiscoveryError } from '../discovery-error.ts';
import { REQUEST_TIMEOUT_MS } from '../http.ts';
import type { TlsFiles } from '../options.ts';
import { parseSize } from '../parse-size.ts';
import type { MemberList, RegistryClient } from '../registry-client.ts';
import { type RetryPolicy, retry, Unanswered } from '../retry.ts';
import { Endpoints } from './endpoints.ts';
import { toDiscoveryError } from './refusals.ts';

/** What a token's client over gRPC needs. */
export interface V3RegistryOptions {
  /** etcd's `--discovery-token`: any text, or a discovery URL letter by letter. */
  readonly token: string;
  /** etcd's `--discovery-endpoints`. Default: the origin of the token, where that is a URL. */
  readonly endpoints: readonly string[] | undefined;
  readonly tls: TlsFiles;
  readonly policy: RetryPolicy;
}

/**
 * A token of a discovery service that speaks gRPC, or of a real etcd. Calls are those of etcd itself
 * (etcd-io/etcd@v3.6.14:server/etcdserver/api/v3discovery/discovery.go).
 *
 * @throws TypeError where there is no endpoint
 */
export function openV3Registry({ token, endpoints, tls, policy }: V3RegistryOptions): RegistryClient {
  const given = endpoints ?? (URL.canParse(token) ? [new URL(token).origin] : []);
  return new V3Registry(token, new Endpoints(given, tls), policy);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

class V3Registry implements RegistryClient {
  readonly salt: string;
  readonly policy: RetryPolicy;
  readonly #endpoints: Endpoints;
  readonly #folder: string;

  constructor(token: string, endpoints: Endpoints, policy: RetryPolicy) {
    this.salt = token;
    this.#endpoints = endpoints;
    this.policy = policy;
    // etcd cleans the path of the key, and hashes the text as it is.
    this.#folder = posix.join('/_etcd/registry', token);
  }

  async readSize(signal: AbortSignal): Promise<number> {
    const key = encoder.encode(posix.join(this.#folder, '_config/size'));
    const { kvs } = await this.#range({ key }, signal);
    const [size] = kvs;
    if (size !== undefined) return parseSize(decoder.decode(size.value));
    throw new DiscoveryError('unknown', `there is no such token at ${this.#endpoints.host}`, {
      remedy: 'Check the token, or put a cluster size for it.',
    });
  }

  async list(signal: AbortSignal): Promise<MemberList> {
    const { header, kvs } = await this.#range(this.#members(), signal);
    const members = kvs.flatMap((kv) => toMember(kv) ?? []);
    members.sort((a, b) => a.createRevision - b.createRevision);
    return { members, revision: Number(header?.revision ?? 0) };
  }

  async register(memberId: string, value: string, signal: AbortSignal): Promise<void> {
    const key = encoder.encode(posix.join(this.#folder, 'members', memberId));
    const request = create(PutRequestSchema, { key, value: encoder.encode(value) });
    await retry(this.policy, signal, () =>
      this.#ask(signal, ({ unary }) => unary(PUT, request, { timeoutMs: REQUEST_TIMEOUT_MS, signal })),
    );
  }

  async *watch(fromRevision: number, signal: AbortSignal): AsyncGenerator<RegisteredMember> {
    const creation = { ...this.#members(), startRevision: BigInt(fromRevision) };
    const request = create(WatchRequestSchema, { requestUnion: { case: 'createRequest', value: creation } });
    const responses = this.#endpoints.client.stream(WATCH, request, signal);
    try {
      for (;;) {
        const { done, value } = await this.#ask(signal, () => responses.next());
        if (done) throw new Unanswered(`${this.#endpoints.host} ended a watch`);
        yield* membersIn(value);
      }
    } finally {
      await responses.return(undefined);
    }
  }

  close(): void {
    this.#endpoints.close();
  }

  /** The members' keys, as etcd asks for them: without a slash at the end. */
  #members(): { key: Uint8Array<ArrayBuffer>; rangeEnd: Uint8Array<ArrayBuffer> } {
    const key = encoder.encode(posix.join(this.#folder, 'members'));
    const rangeEnd = encoder.encode(posix.join(this.#folder, 'membert'));
    return { key, rangeEnd };
  }

  #range(
    fields: { key: Uint8Array<ArrayBuffer>; rangeEnd?: Uint8Array<ArrayBuffer> },
    signal: AbortSignal,
  ): Promise<RangeResponse> {
    const request = create(RangeRequestSchema, fields);
    return retry(this.policy, signal, () =>
      this.#ask(signal, ({ unary }) => unary(RANGE, request, { timeoutMs: REQUEST_TIMEOUT_MS, signal })),
    );
  }

  /** Asks one endpoint. Where it does not answer, the next one is asked the next time. */
  async #ask<T>(signal: AbortSignal, call: (client: Endpoints['client']) => Promise<T>): Promise<T> {
    try {
      return await call(this.#endpoints.client);
    } catch (error) {
      if (signal.aborted || !(error instanceof GrpcCallError)) throw error;
      const refusal = toDiscoveryError(error);
      if (refusal !== undefined) throw refusal;
      const { host } = this.#endpoints;
      this.#endpoints.next();
      throw new Unanswered(`${host} cannot be reached: ${error.message}`, { cause: error });
    }
  }
}

function* membersIn({
  canceled,
  compactRevision,
  cancelReason,
  events,
}: WatchResponse): Generator<RegisteredMember> {
  if (canceled) {
    const reason = compactRevision > 0n ? 'its history is gone' : cancelReason;
    throw new Unanswered(`the watch was ended: ${reason}`);
  }
  for (const { type, kv } of events) {
    const member = kv && type === Event_EventType.PUT ? toMember(kv) : undefined;
    if (member !== undefined) yield member;
  }
}

/** Undefined for a key that holds no member: etcd passes over those without `=`. */
function toMember({ key, value, createRevision }: KeyValue): RegisteredMember | undefined {
  const path = decoder.decode(key);
  const text = decoder.decode(value).trim();
  if (!text.includes('=')) return undefined;
  return { memberId: posix.basename(path), value: text, createRevision: Number(createRevision) };
}
