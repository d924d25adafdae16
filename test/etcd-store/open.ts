import type { TestContext } from 'node:test';
import { type EtcdStoreOptions, openEtcdStore } from '../../src/store/etcd/etcd-store.ts';
import type { Store } from '../../src/store/store.ts';
import { type EtcdMember, startMember } from '../support/etcd.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { EtcdVersion } from '../support/peers.ts';
import { temporaryFolder } from '../support/temp-dir.ts';

/** Starts an etcd of one member that ends with the test, and waits until it takes writes. */
export async function startEtcd(
  context: TestContext,
  version: EtcdVersion,
  extraArgs: readonly string[] = [],
): Promise<EtcdMember> {
  const member = await startMember({ version, name: 'm', dataDir: temporaryFolder(context), extraArgs });
  context.after(() => member[Symbol.asyncDispose]());
  await member.waitHealthy();
  return member;
}

/** Opens a store over an etcd; it is closed when the test ends. */
export async function openStore(
  context: TestContext,
  endpoints: readonly string[],
  options: Partial<EtcdStoreOptions> = {},
): Promise<Store> {
  const store = await openEtcdStore({
    endpoints,
    tls: {},
    user: undefined,
    prefix: '',
    clock: new FakeClock(),
    ...options,
  });
  context.after(() => store.close());
  return store;
}
