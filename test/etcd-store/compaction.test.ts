import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { Commit, Store } from '../../src/store/store.ts';
import { anchor, commit, put, remove, take, words } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { callGateway } from '../support/gateway.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { registrationOf } from '../support/registry.ts';
import { openStore, startEtcd } from './open.ts';

const A = 'a'.repeat(32);

const compact = (endpoint: string, { revision }: Store): Promise<unknown> =>
  callGateway(endpoint, 'kv/compaction', { revision: String(revision), physical: true });

interface Replica {
  readonly registry: Registry;
  readonly store: Store;
}

/** Two registries over one etcd, of which one can be cut off from it. */
async function openTwo(
  t: TestContext,
  version: EtcdVersion,
): Promise<{ clientUrl: string; proxy: FaultProxy; cutOff: Replica; other: Replica }> {
  const { clientUrl } = await startEtcd(t, version);
  const proxy = await startFaultProxy(clientUrl);
  t.after(() => proxy[Symbol.asyncDispose]());
  const clock = new FakeClock();
  const open = async (endpoint: string): Promise<Replica> => {
    const store = await openStore(t, [endpoint], { clock });
    const createToken = (): string => A;
    const parts = { clock, createToken, policy: { guard: true }, registrants: new Registrants() };
    return { store, registry: new Registry({ store, ...parts }) };
  };
  return { clientUrl, proxy, cutOff: await open(proxy.url), other: await open(clientUrl) };
}

for (const version of ['3.4', '3.5', '3.6'] as const satisfies readonly EtcdVersion[]) {
  const skip = missingPeers(`etcd-${version}`);

  test(`a watch of what the operator compacted gets what is there now (etcd ${version})`, {
    skip,
  }, async (t) => {
    const { clientUrl } = await startEtcd(t, version);
    const store = await openStore(t, [clientUrl]);
    await commit(store, A, anchor);
    await commit(store, A, put('a', '1'), put('b', '1'));
    await commit(store, A, put('c', '1'));
    await commit(store, A, put('a', '2'), remove('b'));
    await compact(clientUrl, store);
    const watch = store.watch(A, 1);
    const seen: Commit[] = [];
    for (let count = 0; count < 3; count++) seen.push((await watch.next()).value as Commit);
    assert.deepEqual(words(seen), ['2 +_config/size=3', '3 +a=2', '4 +c=1']);
    await commit(store, A, put('d', '1'));
    assert.deepEqual(words([(await watch.next()).value as Commit]), ['6 +d=1']);
    await watch.return?.();
    assert.deepEqual(words(await take(store, A, 6, 1)), ['6 +d=1']);
    await assert.rejects(async () => store.rangeAt(A, 3), { code: 'compacted' });
  });

  test(`members that wait at a Muster that was cut off hear of all that came, also past a compaction (etcd ${version})`, {
    skip,
    timeout: 60_000,
  }, async (t) => {
    const { clientUrl, proxy, cutOff, other } = await openTwo(t, version);
    const token = await other.registry.create({ size: 3, ttlSeconds: 3600 });
    await other.registry.register(registrationOf(token, 1), undefined);
    const { revision } = await cutOff.registry.read(token);
    const seen: string[] = [];
    const following = cutOff.registry.follow(token, revision + 1, ({ events }) => {
      for (const event of events) seen.push(event.type === 'put' ? event.entry.key : `-${event.key}`);
      if (seen.length >= 2) following.stop();
    });
    const change = cutOff.registry.nextChange(token, revision + 1, new AbortController().signal, () => true);
    proxy.set('cut');
    await other.registry.register(registrationOf(token, 2), undefined);
    await other.registry.register(registrationOf(token, 3), undefined);
    await compact(clientUrl, other.store);
    proxy.set('pass');
    await following.ended;
    const expected = [2, 3].map((n) => `members/${registrationOf(token, n).memberId}`);
    assert.deepEqual(seen, expected);
    assert.equal((await change)?.memberId, registrationOf(token, 2).memberId);
  });

  test(`members that wait at a Muster that was cut off are told when their token ended meanwhile (etcd ${version})`, {
    skip,
    timeout: 60_000,
  }, async (t) => {
    const { clientUrl, proxy, cutOff, other } = await openTwo(t, version);
    const token = await other.registry.create({ size: 3, ttlSeconds: 3600 });
    const { revision } = await cutOff.registry.read(token);
    const following = cutOff.registry.follow(token, revision + 1, () => {});
    const ended = assert.rejects(following.ended, { code: 'revoked-token' });
    proxy.set('cut');
    await other.registry.revoke(token, { isAdmin: true, secret: undefined });
    await compact(clientUrl, other.store);
    proxy.set('pass');
    await ended;
  });
}
