import assert from 'node:assert/strict';
import { systemClock } from '../../src/clock/clock.ts';
import { memberId } from '../../src/registry/member-id.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import { createTokenSource } from '../../src/server/token-source.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';

/** How the service of the states is known to its members. */
const PUBLIC_URL = 'http://discovery.example:8087';

/** A token in each of the states that its page can show, and the other pages. */
export interface States extends AsyncDisposable {
  readonly muster: Muster;
  /** The path of a page, by the name of what it shows. */
  readonly paths: ReadonlyMap<StateName, string>;
}

export const STATE_NAMES = [
  'home',
  'empty',
  'open',
  'stuck',
  'complete',
  'large',
  'expired',
  'unknown',
  'findings',
  'transpile',
] as const;

export type StateName = (typeof STATE_NAMES)[number];

interface Arrival {
  readonly name: string;
  readonly peerUrl: string;
  readonly from: string;
  readonly dialect?: 'v2' | 'v3';
  /** Since the arrival before, or the making of the token. */
  readonly afterMs: number;
}

interface Story {
  readonly size: number;
  readonly madeAgoMs: number;
  readonly ttlSeconds?: number;
  readonly arrivals: readonly Arrival[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const arrival = (n: number, afterMs: number, dialect: 'v2' | 'v3' = 'v2'): Arrival => ({
  name: `etcd-${n}`,
  peerUrl: `http://10.0.0.${10 + n}:2380`,
  from: `10.0.0.${10 + n}`,
  dialect,
  afterMs,
});

const STORIES: Readonly<Partial<Record<StateName, Story>>> = {
  empty: { size: 3, madeAgoMs: 9000, arrivals: [] },
  open: { size: 3, madeAgoMs: 3 * MINUTE_MS, arrivals: [arrival(1, 41_300), arrival(2, 12_900, 'v3')] },
  stuck: {
    size: 3,
    madeAgoMs: 14 * MINUTE_MS,
    arrivals: [
      { ...arrival(1, 38_200), peerUrl: 'http://localhost:2380' },
      { ...arrival(2, 9400), peerUrl: 'https://10.0.0.12:2380' },
    ],
  },
  complete: {
    size: 3,
    madeAgoMs: 25 * MINUTE_MS,
    arrivals: [arrival(1, 44_100), arrival(2, 1900, 'v3'), arrival(3, 15_700, 'v3'), arrival(4, 121_000)],
  },
  large: {
    size: 101,
    madeAgoMs: 5 * MINUTE_MS,
    arrivals: Array.from({ length: 30 }, (_, index) => arrival(index + 1, 700)),
  },
  expired: {
    size: 3,
    madeAgoMs: 9 * DAY_MS,
    ttlSeconds: (7 * DAY_MS) / 1000,
    arrivals: [arrival(1, 52_000), arrival(2, 3100)],
  },
};

/** Tells a story in a data folder, before a service opens it: nothing is refused there. Answers its token. */
async function tell(registry: Registry, clock: FakeClock, story: Story): Promise<string> {
  const { size, ttlSeconds = (7 * DAY_MS) / 1000, arrivals } = story;
  const token = await registry.create({ size, ttlSeconds });
  for (const { name, peerUrl, from, dialect = 'v2', afterMs } of arrivals) {
    clock.advance(afterMs);
    const salt = `${PUBLIC_URL}/${token}`;
    const id = memberId([peerUrl], salt);
    const common = { token, memberId: id, dialect, from, text: `${name}=${peerUrl}` };
    const written = { salts: [salt], wantedSalt: salt, condition: { exists: false } };
    await registry.register({ ...common, ...written, formatRelease: () => '' }, undefined);
    await registry.markTold(token, id, from, undefined);
  }
  return token;
}

async function tellAll(folder: string, stories: Readonly<Partial<Record<StateName, Story>>>) {
  const now = systemClock.now();
  const told = new Map<StateName, string>();
  const inOrder = Object.entries(stories).sort(([, a], [, b]) => b.madeAgoMs - a.madeAgoMs);
  for (const [name, story] of inOrder) {
    const clock = new FakeClock(now - story.madeAgoMs);
    await using store = await openLmdbStore({ folder, clock });
    const registry = new Registry({
      ...{ store, clock, createToken: createTokenSource() },
      ...{ policy: { guard: false }, registrants: new Registrants() },
    });
    told.set(name as StateName, `/${await tell(registry, clock, story)}`);
  }
  return told;
}

/** Starts a service with a token in each state. */
export async function startStates(): Promise<States> {
  const dir: TempDir = await createTempDir();
  const paths = await tellAll(dir.path, STORIES);
  const args = ['--public-url', PUBLIC_URL, '--trust-proxy', '127.0.0.1', '--rate-limit', 'off'];
  const muster = await startMuster({ store: `lmdb:${dir.path}`, args });
  paths
    .set('home', '/')
    .set('findings', '/-/findings')
    .set('transpile', '/transpile')
    .set('unknown', `/${'0'.repeat(32)}`);
  // What is refused is known to the service that refused it only.
  const refused = await fetch(`${muster.url}${paths.get('stuck')}/8e9e05c52164694d?prevExist=false`, {
    method: 'PUT',
    headers: { 'x-forwarded-for': '10.0.0.13' },
    body: new URLSearchParams({ value: 'etcd-2=https://10.0.0.13:2380' }),
  });
  assert.equal(refused.status, 403, await refused.text());
  return {
    muster,
    paths,
    async [Symbol.asyncDispose]() {
      await muster[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
