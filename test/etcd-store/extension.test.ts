import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { memberKey, noteKey } from '../../src/registry/keys.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { base64, callGateway } from '../support/gateway.ts';
import { missingPeers } from '../support/peers.ts';
import { DAY_SECONDS, registrationOf } from '../support/registry.ts';
import { openStore, startEtcd } from './open.ts';

const limits = { timeout: 120_000, skip: missingPeers('etcd-3.6') };
const ADMIN = { isAdmin: true, secret: undefined };
const A = 'a'.repeat(32);

interface Opened {
  readonly clientUrl: string;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly registry: Registry;
  readonly revisions: readonly number[];
}

/** Two of three members are there. */
async function openHalf(t: TestContext): Promise<Opened> {
  const { clientUrl } = await startEtcd(t, '3.6');
  const clock = new FakeClock();
  const store = await openStore(t, [clientUrl], { clock });
  const policy = { guard: true, notesText: true };
  const registry = new Registry({
    store,
    clock,
    createToken: () => A,
    policy,
    registrants: new Registrants(),
  });
  await registry.create({ size: 3, ttlSeconds: DAY_SECONDS });
  const revisions: number[] = [];
  for (const n of [1, 2]) revisions.push((await registry.register(registrationOf(A, n), undefined)).revision);
  return { clientUrl, store, clock, registry, revisions };
}

const extend = ({ registry }: Opened): Promise<unknown> =>
  registry.extend(A, { claim: ADMIN, ttlSeconds: 3 * DAY_SECONDS });

const idOf = (n: number): string => registrationOf(A, n).memberId;

test(
  'who waits hears of each member once, where it came, also when an extension was compacted',
  limits,
  async (t) => {
    const opened = await openHalf(t);
    const { clientUrl, registry, revisions, store } = opened;
    const [first = 0, second = 0] = revisions;
    await extend(opened);
    await registry.register(registrationOf(A, 3), undefined);
    await callGateway(clientUrl, 'kv/compaction', { revision: String(store.revision), physical: true });
    const { signal } = new AbortController();
    const next = async (from: number): Promise<[string | undefined, boolean]> => {
      const change = await registry.nextChange(A, from, signal, ({ memberId }) => memberId !== undefined);
      const shown = change?.type === 'put' ? change.shown.entry.modRevision : undefined;
      return [change?.memberId, change?.revision === shown];
    };
    assert.deepEqual(await next(first), [idOf(1), true]);
    assert.deepEqual(await next(first + 1), [idOf(2), true]);
    assert.deepEqual(await next(second + 1), [idOf(3), true]);
    const { content } = await registry.read(A);
    assert.deepEqual(
      content.members.slice(0, 2).map(({ entry }) => entry.modRevision),
      revisions,
    );
  },
);

test(
  'an extension writes nothing again that others changed or removed, and nobody hears of it',
  limits,
  async (t) => {
    const opened = await openHalf(t);
    const { clientUrl, registry, store } = opened;
    const told: string[] = [];
    const following = registry.follow(A, registry.revision + 1, ({ events }) => {
      for (const event of events) told.push(event.type === 'put' ? event.entry.key : `-${event.key}`);
      if (told.length > 0) following.stop();
    });
    const keyOf = (n: number): string => base64(`/_etcd/registry/${A}/${memberKey(idOf(n))}`);
    await callGateway(clientUrl, 'kv/put', { key: keyOf(2), value: base64('n2=http://10.9.9.9:2380') });
    await callGateway(clientUrl, 'kv/deleterange', { key: keyOf(1) });
    await extend(opened);
    await registry.register(registrationOf(A, 3), undefined);
    await following.ended;
    assert.deepEqual(told, [memberKey(idOf(3))]);
    const { members } = await registry.report(A);
    assert.deepEqual(
      members.map(({ name, peerUrls }) => [name, peerUrls[0]]),
      [1, 2, 3].map((n) => [`n${n}`, `http://10.0.0.${n}:2380`]),
    );
    // What shows it in the place of the removed one lives as long as the token.
    const note = (await store.range(A)).entries.find(({ key }) => key === noteKey(memberKey(idOf(1))));
    assert.ok((note?.expiresAt ?? 0) >= opened.clock.now() + 3 * DAY_SECONDS * 1000);
  },
);

test('a token counts as one of those that are there as long as it lives', limits, async (t) => {
  const opened = await openHalf(t);
  const { clock, store, registry } = opened;
  await extend(opened);
  clock.advance(2 * DAY_SECONDS * 1000);
  await registry.register(registrationOf(A, 3), undefined);
  assert.equal((await store.stats()).tokens, 1);
});
