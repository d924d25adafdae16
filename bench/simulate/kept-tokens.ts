import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock/clock.ts';
import { decideCreation } from '../../src/registry/create.ts';
import { decideRegistration } from '../../src/registry/register.ts';
import { decideTold } from '../../src/registry/told.ts';
import { applyOperations, expireOperations, NO_ENTRIES } from '../../src/store/apply-operations.ts';
import { DATA_FILE } from '../../src/store/lmdb/environment.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import type { Decision, Entry, Operation, TokenRange } from '../../src/store/store.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import type { Random } from '../../test/support/seeded-random.ts';
import { openConnection } from '../http-client.ts';
import { createMember } from '../member.ts';
import { type Memory, readMemory, waitIdle } from '../process-figures.ts';
import { type Side, startMuster } from '../servers.ts';
import { readMetric } from './site.ts';
import { type Spread, spreadOf } from './spread.ts';

/** What is kept. */
export interface KeptTokensPlan {
  readonly tokens: number;
  /** Of each cluster. */
  readonly size: number;
  readonly random: Random;
}

/** What the keeping of many tokens takes. Times of reads are in milliseconds, as one client sees them. */
export interface KeptTokensFigures {
  /** Tokens that are not over; the cluster of each is complete. */
  readonly tokens: number;
  readonly fillSeconds: number;
  /** The data file of the closed store. */
  readonly diskBytes: number;
  readonly openSeconds: number;
  /** When it was ready, before any request. */
  readonly memory: Memory;
  readonly memoryAfterReads: Memory;
  readonly read: Spread;
  /** A day's worth of tokens that ended while no service ran: all are due when one starts. */
  readonly expiry: { readonly tokens: number; readonly seconds: number; readonly read: Spread };
  /** A store of nothing but a day's worth of tokens that are over: what is remembered of them for 90 days. */
  readonly ended: { readonly tokens: number; readonly diskBytes: number };
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Fills stores through their port, with what bootstraps leave behind, and starts the service over them. */
export async function keepTokens(plan: KeptTokensPlan, dir: string): Promise<KeptTokensFigures> {
  const { tokens, size } = plan;
  const folder = `${dir}/tokens`;
  const now = systemClock.now();
  const aDay = Math.floor(tokens / 7);
  // Made one after the other over the past week, but for an hour: none ends while this runs.
  const span = WEEK_MS - HOUR_MS;
  const startedAt = performance.now();
  const live = await fill(folder, tokens, (token, place) =>
    commitsOf(token, size, Math.floor(now - (span * place) / tokens)),
  );
  const fillSeconds = (performance.now() - startedAt) / 1000;
  const diskBytes = sizeOf(folder);
  const quiet = await measureQuiet(folder, live, plan.random);
  const overSince = now - WEEK_MS - HOUR_MS;
  await fill(folder, aDay, (token) => commitsOf(token, size, overSince));
  const expiry = await measureExpiry(folder, live, plan);
  await rm(folder, { recursive: true });
  const ended = `${dir}/ended`;
  await fill(ended, aDay, (token) => [remainsOf(token, size, overSince)]);
  const endedBytes = sizeOf(ended);
  await rm(ended, { recursive: true });
  return {
    tokens,
    fillSeconds,
    diskBytes,
    ...quiet,
    expiry: { tokens: aDay, ...expiry },
    ended: { tokens: aDay, diskBytes: endedBytes },
  };
}

const READS = 5000;

async function measureQuiet(
  folder: string,
  live: readonly string[],
  random: Random,
): Promise<Pick<KeptTokensFigures, 'openSeconds' | 'memory' | 'memoryAfterReads' | 'read'>> {
  const startedAt = performance.now();
  await using muster = await startMuster(folder);
  const openSeconds = (performance.now() - startedAt) / 1000;
  await waitIdle(muster.pids);
  const memory = readMemory(muster.pids);
  let left = READS;
  const read = await readWhile(muster, live, random, () => left-- > 0);
  return { openSeconds, memory, memoryAfterReads: readMemory(muster.pids), read };
}

const LOOK_MS = 250;

async function measureExpiry(
  folder: string,
  live: readonly string[],
  { tokens, random }: KeptTokensPlan,
): Promise<{ seconds: number; read: Spread }> {
  await using muster = await startMuster(folder);
  const startedAt = performance.now();
  let isOver = false;
  const reading = readWhile(muster, live, random, () => !isOver);
  try {
    while ((await readMetric(muster.url, 'muster_tokens')) > tokens) await sleep(LOOK_MS);
  } finally {
    isOver = true;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, read: await reading };
}

/** Reads one token after the other, at least one. */
async function readWhile(
  { url }: Side,
  live: readonly string[],
  random: Random,
  goesOn: () => boolean,
): Promise<Spread> {
  const connection = await openConnection(url);
  const times: number[] = [];
  do {
    const path = `/${random.pick(live)}`;
    const askedAt = performance.now();
    const { status, body } = await connection.get(path);
    times.push(performance.now() - askedAt);
    if (status !== 200) throw new Error(`a token that is not over: ${status} ${body}`);
  } while (goesOn());
  connection.close();
  return spreadOf(times);
}

const FILL_AT_ONCE = 16_384;
/** Of the tokens of a fill, those that can be read afterwards. */
const SAMPLE_MAX = 20_000;

/** Answers some of the tokens. */
async function fill(
  folder: string,
  count: number,
  commitsFor: (token: string, place: number) => readonly Operation[][],
): Promise<string[]> {
  // It stands before all of them end, so that the store that is filled removes none.
  const clock = new FakeClock(systemClock.now() - 2 * WEEK_MS);
  await using store = await openLmdbStore({ folder, clock });
  const sample: string[] = [];
  const sampleStep = Math.ceil(count / SAMPLE_MAX);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const place = next++;
      const token = randomBytes(16).toString('hex');
      if (place % sampleStep === 0) sample.push(token);
      for (const operations of commitsFor(token, place)) {
        await store.transact(token, () => ({ operations, outcome: undefined }));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, FILL_AT_ONCE) }, work));
  return sample;
}

/**
 * What the bootstrap of a cluster commits, by the rules that the service goes by. The second commit is that its members
 * have received their answers: it overwrites, and what is overwritten is history.
 */
function commitsOf(token: string, size: number, madeAt: number): Operation[][] {
  let entries: readonly Entry[] = NO_ENTRIES;
  const decide = (rule: (range: TokenRange) => Decision<unknown>): Operation[] => {
    const { operations } = rule({ revision: 1, entries });
    ({ entries } = applyOperations(entries, operations, 1, false));
    return [...operations];
  };
  const members = Array.from({ length: size }, (_, place) => requestOf(token, place + 1));
  const request = { size, ttlSeconds: WEEK_MS / 1000 };
  const made = decide((range) => decideCreation(range, request, madeAt));
  for (const member of members) {
    made.push(...decide((range) => decideRegistration(range, member, { guard: true }, madeAt)));
  }
  const told = members.flatMap(({ memberId, from }) => decide((range) => decideTold(range, memberId, from)));
  return [made, told];
}

/** What is left of the same token once it is over. */
function remainsOf(token: string, size: number, madeAt: number): Operation[] {
  const [made = []] = commitsOf(token, size, madeAt);
  const { entries } = applyOperations(NO_ENTRIES, made, 1, false);
  const gone = new Set(expireOperations(entries, madeAt + WEEK_MS).map(({ key }) => key));
  return made.filter(({ key }) => !gone.has(key));
}

function requestOf(token: string, number: number): Parameters<typeof decideRegistration>[1] {
  const salt = `http://discovery.example:8087/${token}`;
  const { id, value } = createMember(salt, number);
  return {
    token,
    memberId: id,
    text: value,
    condition: { exists: false },
    dialect: 'v2',
    from: new URL(value.slice(value.indexOf('=') + 1)).hostname,
    salts: [salt],
    wantedSalt: salt,
    formatRelease: String,
    isTwinConnected: false,
    awaySinceRevision: undefined,
  };
}

function sizeOf(folder: string): number {
  return statSync(`${folder}/${DATA_FILE}`).size;
}
