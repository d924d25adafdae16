import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startMuster } from '../support/muster.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseList, V2Client } from '../support/v2-client.ts';
import { assertAscending } from './token-ledger.ts';
import { Progress, Service, WATCHERS } from './watchers.ts';

const MEMBERS = 60;
const REGISTRANTS = 8;
const WATCHERS_AT_ONCE = 100;

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
  const watching = Array.from({ length: WATCHERS_AT_ONCE }, async (_, number) => {
    const own = random.fork();
    const { name, watch } = random.pick(WATCHERS);
    await registered.reached(own.integer(0, MEMBERS));
    return { name: `watcher ${number}: ${name}`, sequence: await watch({ ...context, random: own }) };
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
  const [watched] = await Promise.all([Promise.all(watching), crashing, ...registering]);

  const list = parseList(await client.list(token));
  assert.equal(list.length, MEMBERS);
  assertAscending(list);
  for (const { name, sequence } of watched) assert.deepEqual(sequence, list, name);
  await muster.restart();
  assert.deepEqual(parseList(await client.list(token)), list);
  for (const { name, watch } of WATCHERS) {
    assert.deepEqual(await watch(context), list, `after the last restart: ${name}`);
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
