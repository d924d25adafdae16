import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DATA_FILE, openEnvironment } from '../../src/store/lmdb/environment.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseList, V2Client } from '../support/v2-client.ts';
import { CrashMoment } from './crash-moment.ts';
import { IndexBook } from './index-book.ts';
import { STATE_KEY } from './token-ledger.ts';
import {
  forEach,
  lostCreates,
  replayByLongPolls,
  replayToken,
  retry,
  settleSlot,
  settleToken,
} from './verify.ts';
import { runClient, World } from './workload.ts';

const { MUSTER_CRASH_ROUNDS: rounds = '100' } = process.env;
const ROUNDS = Number(rounds);
const CLIENTS_MIN = 32;
const CLIENTS_MAX = 64;
/** Tokens that clients work on at the same time, and tokens of earlier rounds that each restart looks at again. */
const ACTIVE_TOKENS = 4;
const OLD_TOKENS = 4;

test('what was answered outlives kill -9 at any moment, and what was not is whole or absent', (t) =>
  withSeed(t, (random) => crashRepeatedly(t, random)));

async function crashRepeatedly(t: TestContext, random: Random): Promise<void> {
  await using dir = await createTempDir();
  await using muster = await startMuster({
    store: `lmdb:${dir.path}`,
    args: ['--rate-limit', 'off', '--log-level', 'warn'],
  });
  const world = new World(new IndexBook(), () => muster.url);
  const figures = { lost: 0, retried: 0 };
  for (let round = 1; round <= ROUNDS; round++) {
    await prepareRound(world, random);
    using moment = new CrashMoment(random, dir.path, () => muster.program.kill('SIGKILL'));
    try {
      await runRound(world, random, moment);
      await muster.restart();
      await checkRound(world, random, figures);
    } catch (error) {
      throw new Error(`round ${round}, killed ${moment.description}: ${String(error)}`, { cause: error });
    }
  }
  await checkAll(world, muster, dir.path);
  const { tokens, lostTokens, book } = world;
  t.diagnostic(
    `${ROUNDS} crashes, ${tokens.length} tokens, last index ${book.highest}, ` +
      `${figures.lost} creates and ${lostTokens} tokens unanswered, ${figures.retried} asked for again`,
  );
}

/** Some tokens go on from round to round, and some are new. */
async function prepareRound(world: World, random: Random): Promise<void> {
  using client = new V2Client(world.url());
  world.active = world.active.filter(({ members }) => members.length < 150 && random.chance(0.7));
  while (world.active.length < ACTIVE_TOKENS) world.active.push(await world.newToken(client, random));
}

async function runRound(world: World, random: Random, { traffic, signal }: CrashMoment): Promise<void> {
  const clients: Promise<void>[] = [];
  const count = random.integer(CLIENTS_MIN, CLIENTS_MAX);
  for (let number = 0; number < count; number++) {
    clients.push(runClient(world, number, random.fork(), traffic, signal));
  }
  await Promise.all(clients);
}

/** The service has come back: nothing that anybody was told may have changed. */
async function checkRound(
  world: World,
  random: Random,
  figures: { lost: number; retried: number },
): Promise<void> {
  using client = new V2Client(world.url());
  const shown = world.book.highest;
  const { active, tokens } = world;
  const lost = lostCreates(tokens);
  const old = Array.from({ length: OLD_TOKENS }, () => random.pick(tokens));
  const concerned = new Set([...active, ...lost.map(({ ledger }) => ledger), ...old]);
  const first = await client.list(random.pick(active).token);
  assert.ok(first.index >= shown, `index ${first.index} after the restart, and ${shown} before`);
  const slots = [...world.slots.values()].filter(({ isSettled }) => !isSettled);
  await forEach(world.url(), concerned, settleToken);
  await forEach(world.url(), slots, settleSlot);
  world.book.restarted();
  const again = lost.filter(({ key }) => key !== STATE_KEY && random.chance(0.5));
  await forEach(world.url(), again, retry);
  figures.lost += lost.length;
  figures.retried += again.length;
  await forEach(world.url(), new Set(active), (client, ledger) => replayToken(world, client, ledger));
  await replayByLongPolls(client, random.pick(active));
}

async function checkAll(world: World, muster: Muster, folder: string): Promise<void> {
  await muster.stop();
  const stored = listTokens(folder);
  await muster.restart();
  using client = new V2Client(world.url());
  await forEach(world.url(), world.tokens, settleToken);
  await forEach(world.url(), world.slots.values(), settleSlot);
  await checkForgotten(client, world, stored);
}

/** Tokens that nobody was told of are whole, if they are there at all: their size and their list work. */
async function checkForgotten(client: V2Client, world: World, stored: Set<string>): Promise<void> {
  const known = new Set([...world.tokens, ...world.slots.values()].map(({ token }) => token));
  const forgotten = [...stored].filter((token) => !known.has(token));
  for (const token of forgotten) {
    const size = await client.size(token);
    assert.equal(size.status, 200, `${token} is there by half: ${size.text}`);
    assert.deepEqual(parseList(await client.list(token)), []);
  }
  assert.ok(
    forgotten.length <= world.lostTokens,
    `${forgotten.length} tokens, ${world.lostTokens} unanswered`,
  );
  const missing = [...known].filter((token) => !stored.has(token));
  assert.deepEqual(missing, []);
}

/** The tokens in a data folder that nobody has open. */
function listTokens(folder: string): Set<string> {
  const { root, entries } = openEnvironment(folder, DATA_FILE, true);
  const tokens = new Set<string>();
  for (const key of entries.getKeys()) tokens.add(Buffer.from(key).toString().split('/', 1)[0] ?? '');
  void root.close();
  return tokens;
}
