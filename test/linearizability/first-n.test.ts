import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { parseDocument, parseEntry, parseList, type V2Answer, V2Client } from '../support/v2-client.ts';
import { findLinearization } from './checker.ts';
import { History } from './history.ts';
import { MEMBERS, type MembersInput, type MembersOutput } from './models.ts';
import { CLIENTS, PLACES, skipOf, withClients, withMuster } from './with-clients.ts';

const TOKENS = 6;
const TURNS = 8;
/** Ids that every client tries to register, each with a value of its own. */
const CONTENDED_IDS = 12;

for (const place of PLACES) {
  test(
    `${CLIENTS} clients register, and every list is the one order up to its index (${place})`,
    { skip: skipOf(place) },
    (t) => withSeed(t, (random) => withMuster(place, (urls) => fillRegistries(urls, random))),
  );
}

interface Registry {
  readonly token: string;
  readonly size: number;
  readonly history: History<MembersInput, MembersOutput>;
}

async function fillRegistries(urls: readonly string[], random: Random): Promise<void> {
  using maker = new V2Client(urls[0] ?? '');
  const registries: Registry[] = [];
  for (let number = 0; number < TOKENS; number++) {
    const size = random.integer(1, CLIENTS);
    registries.push({ token: await maker.newToken(size), size, history: new History() });
  }
  await withClients(urls, random, async (client, number, own) => {
    for (let turn = 0; turn < TURNS; turn++) {
      const registry = own.pick(registries);
      if (own.chance(0.4)) await list(client, registry);
      await register(client, registry, own.integer(1, CONTENDED_IDS).toString(16), number, turn);
      if (own.chance(0.3)) await register(client, registry, `f00d${number}`, number, 0);
      if (own.chance(0.4)) await list(client, registry);
    }
  });
  for (const registry of registries) {
    await list(maker, registry);
    assertOneOrder(registry);
    const { calls } = registry.history;
    assert.ok(findLinearization(calls, MEMBERS), `not linearizable: ${JSON.stringify(calls)}`);
  }
}

/** The argument by indexes: what a list shows, and what it must not show, follows from its index alone. */
function assertOneOrder({ token, size, history: { calls } }: Registry): void {
  const lists = calls.flatMap(({ output }) => (output?.members === undefined ? [] : [output]));
  const final = lists.at(-1)?.members ?? [];
  const slots = final.slice(0, size);
  for (const { index = 0, members = [] } of lists) {
    const then = final.filter((member) => member.index <= index);
    assert.deepEqual(members, then, `${token}: the list at index ${index}`);
    assert.deepEqual(
      members.slice(0, size),
      slots.slice(0, members.length),
      `${token}: the slots at ${index}`,
    );
  }
  for (const { input, output } of calls) {
    if (input.type === 'list' || output?.index === undefined) continue;
    const expected = { id: input.id, value: input.value, index: output.index };
    assert.deepEqual(
      final.find(({ id }) => id === input.id),
      expected,
      `${token}: an acknowledged member`,
    );
  }
}

async function list(client: V2Client, { token, history }: Registry): Promise<void> {
  await history.record({ type: 'list' }, async () => {
    const answer = await client.list(token);
    return { index: answer.index, members: parseList(answer) };
  });
}

async function register(
  client: V2Client,
  { token, history }: Registry,
  id: string,
  number: number,
  turn: number,
): Promise<void> {
  // The guard refuses a peer URL that another member has: no two registrations share one.
  const port = id.startsWith('f00d') ? 3000 : 2000 + Number.parseInt(id, 16);
  const value = `n${id}-${number}-${turn}=http://10.1.${number}.${turn}:${port}`;
  await history.record({ type: 'register', id, value }, async () =>
    parseRegistration(await client.create(token, id, value)),
  );
}

function parseRegistration(answer: V2Answer): MembersOutput {
  if (answer.status === 201) return { index: parseEntry(parseDocument(answer).node).index };
  assert.deepEqual([answer.status, parseDocument(answer).errorCode], [412, 105], answer.text);
  return { index: undefined };
}
