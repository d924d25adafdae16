import { create } from '@bufbuild/protobuf';
import type { Clock } from '../../clock/clock.ts';
import { GrpcCallError } from '../../grpc/client.ts';
import { LEASE_GRANT, LEASE_LEASES, LEASE_REVOKE, LEASE_TIME_TO_LIVE } from '../../grpc/etcd-methods.ts';
import {
  LeaseGrantRequestSchema,
  LeaseLeasesRequestSchema,
  LeaseRevokeRequestSchema,
  LeaseTimeToLiveRequestSchema,
} from '../../proto/rpc_pb.ts';
import type { EtcdCall, EtcdClient } from './etcd-client.ts';
import { expiryOf, leaseIdOf } from './lease-ids.ts';

/**
 * How much longer than its keys a lease lives. Muster removes keys at their time, token by token, and says why; a lease
 * would remove those of many tokens at once. It does so where no Muster runs, and after that nothing waits any more.
 */
const BACKSTOP_SECONDS = 3600;

/** The leases that keys hang on. */
export class Leases {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #granted = new Map<bigint, Promise<unknown>>();

  constructor(client: EtcdClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Sees that the leases for keys with these ends are there. Takes times as `roundExpiry` answers them. */
  async ensure(times: Iterable<number>, call: EtcdCall): Promise<void> {
    await Promise.all(
      [...new Set(times)].map((expiresAt) => {
        const id = leaseIdOf(expiresAt);
        let granting = this.#granted.get(id);
        if (granting === undefined) {
          granting = this.#grant(id, expiresAt, call).catch((error: unknown) => {
            this.#granted.delete(id);
            throw error;
          });
          this.#granted.set(id, granting);
        }
        return granting;
      }),
    );
  }

  async #grant(id: bigint, expiresAt: number, call: EtcdCall): Promise<void> {
    const left = Math.max(0, Math.ceil((expiresAt - this.#clock.now()) / 1000));
    const request = create(LeaseGrantRequestSchema, { ID: id, TTL: BigInt(left + BACKSTOP_SECONDS) });
    try {
      await this.#client.read(LEASE_GRANT, request, call);
    } catch (error) {
      // Another replica was first, or this one, and its answer was lost.
      if (!(error instanceof GrpcCallError && error.message === 'etcdserver: lease already exists'))
        throw error;
    }
  }

  /** After an answer that says that some lease is not there: grants them anew when they are needed next. */
  forgetAll(): void {
    this.#granted.clear();
  }

  /** The ends of all keys that hang on leases, in milliseconds since the Unix epoch. */
  async times(call: EtcdCall): Promise<number[]> {
    const { leases } = await this.#client.read(LEASE_LEASES, create(LeaseLeasesRequestSchema), call);
    return leases.flatMap(({ ID }) => expiryOf(ID) ?? []);
  }

  /** The keys that hang on the lease of a time. */
  async keys(expiresAt: number, call: EtcdCall): Promise<readonly Uint8Array[]> {
    const id = leaseIdOf(expiresAt);
    // Over by now, whichever replica ends it: it is not kept in mind for ever.
    this.#granted.delete(id);
    const request = create(LeaseTimeToLiveRequestSchema, { ID: id, keys: true });
    try {
      return (await this.#client.read(LEASE_TIME_TO_LIVE, request, call)).keys;
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  /** Ends a lease whose keys are gone. */
  async revoke(expiresAt: number, call: EtcdCall): Promise<void> {
    const id = leaseIdOf(expiresAt);
    this.#granted.delete(id);
    try {
      await this.#client.read(LEASE_REVOKE, create(LeaseRevokeRequestSchema, { ID: id }), call);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** Whether etcd says that a lease is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof GrpcCallError && error.message === 'etcdserver: requested lease not found';
}
