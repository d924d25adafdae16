import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startMuster } from '../support/muster.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseList, V2Client, type V2Entry } from '../support/v2-client.ts';
import { assertAscending } from './token-ledger.ts';
import { Progress, Service, WATCHERS } from './watchers.ts';

const MEMBERS = 60;
const REGISTRANTS = 8;
const WATCHERS_AT_ONCE = 100;
/** How long watchers may take to read what has happened, on the slowest machine. */
const PATIENCE_MS = 30_000;

test('lists, watches begun at any time, resumed watches and a restart show one sequence', (t) =>
  withSeed(t, (random) => watchOneToken(t, random)));

async function watchOneToken(t: TestContext, random: Random): Promise<void> {
  await using dir = await createTempDir();
  await using muster = await startMuster({
    store: `lmdb:${dir.path}`,
    args: ['--rate-limit', 'off', '--log-level', 'warn'],
  });
  const service = new Service(muster.url);
  using client = new V2Client(muster.url);
  const token = await client.newToken(MEMBERS);
  const registered = new Progress();
  const context = { service, token, members: MEMBERS, registered, random };
  const watchers = Array.from({ length: WATCHERS_AT_ONCE }, (_, number) => {
    const own = random.fork();
    const { name, watch } = random.pick(WATCHERS);
    const sequence: V2Entry[] = [];
    const start = registered.reached(own.integer(0, MEMBERS));
    const ended = start.then(() => watch({ ...context, random: own }, sequence));
    return { name: `watcher ${number}: ${name}`, sequence, ended };
  });
  const crashes = [random.integer(5, 35), random.integer(40, 58)];
  t.diagnostic(`killed after ${crashes.join(' and ')} of ${MEMBERS} registrations`);
  const crashing = (async (): Promise<void> => {
    for (const count of crashes) {
      await registered.reached(count);
      await service.interrupt(async () => {
        await muster.kill9();
        await muster.restart();
      });
    }
  })();
  const registering = Array.from({ length: REGISTRANTS }, (_, number) =>
    registerShare(service, token, number, registered),
  );
  const allEnded = Promise.all(watchers.map(({ ended }) => ended));
  allEnded.catch(() => {});
  await Promise.all([crashing, ...registering]);
  // A watcher that misses an event waits for ever: what it has by then is what it is judged by.
  await Promise.race([allEnded, sleep(PATIENCE_MS, undefined, { ref: false })]);
  service.end();

  const list = parseList(await client.list(token));
  assert.equal(list.length, MEMBERS);
  assertAscending(list);
  for (const { name, sequence } of watchers) assert.deepEqual(sequence, list, name);
  await muster.restart();
  assert.deepEqual(parseList(await client.list(token)), list);
  for (const { name, watch } of WATCHERS) {
    const sequence: V2Entry[] = [];
    await watch(context, sequence);
    assert.deepEqual(sequence, list, `after the last restart: ${name}`);
  }
}

/** Registers the members of one of several machines' share, each as often as it takes to get an answer. */
async function registerShare(
  service: Service,
  token: string,
  share: number,
  registered: Progress,
): Promise<void> {
  using client = new V2Client(service.url);
  for (let number = share; number < MEMBERS; number += REGISTRANTS) {
    const value = `m${number}=http://10.2.0.${number}:2380`;
    const { status, text } = await service.ask(() => client.create(token, `ab${number}`, value));
    assert.equal(status, 201, text);
    registered.advance();
  }
}
