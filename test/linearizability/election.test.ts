import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { parseDocument, parseEntry, type V2Answer, V2Client } from '../support/v2-client.ts';
import { findLinearization } from './checker.ts';
import { History } from './history.ts';
import { ELECTION, type ElectionInput, type ElectionOutput } from './models.ts';
import { CLIENTS, PLACES, skipOf, withClients, withMuster } from './with-clients.ts';

const ELECTIONS = 25;

for (const place of PLACES) {
  test(
    `of ${CLIENTS} clients exactly one wins an election, and all see the same one (${place})`,
    { skip: skipOf(place) },
    (t) => withSeed(t, (random) => withMuster(place, (urls) => holdElections(urls, random))),
  );
}

type ElectionHistory = History<ElectionInput, ElectionOutput>;

/** All elections are held at once: every client asks in all of them, in an order of its own. */
async function holdElections(urls: readonly string[], random: Random): Promise<void> {
  using maker = new V2Client(urls[0] ?? '');
  const histories = new Map<string, ElectionHistory>();
  for (let number = 0; number < ELECTIONS; number++) histories.set(await maker.newToken(3), new History());
  await withClients(urls, random, async (client, number, own) => {
    const left = [...histories];
    while (left.length > 0) {
      const [[token, history]] = left.splice(own.integer(0, left.length - 1), 1) as [
        [string, ElectionHistory],
      ];
      await takePart(client, history, token, `client ${number}`, own);
    }
  });
  for (const [token, { calls }] of histories) {
    const winners = calls.filter(
      ({ input, output }) => input.type === 'create' && output?.winner !== undefined,
    );
    assert.equal(winners.length, 1, `winners of ${token}: ${JSON.stringify(winners)}`);
    assert.ok(findLinearization(calls, ELECTION), `not linearizable: ${token}\n${JSON.stringify(calls)}`);
  }
}

async function takePart(
  client: V2Client,
  history: ElectionHistory,
  token: string,
  value: string,
  random: Random,
): Promise<void> {
  const read = (): Promise<ElectionOutput> =>
    history.record({ type: 'read' }, async () => parseRead(await client.get(token, '_state')));
  if (random.chance(0.5)) await read();
  await history.record({ type: 'create', value }, async () =>
    parseCreate(await client.create(token, '_state', value)),
  );
  if (random.chance(0.5)) await read();
}

function parseCreate(answer: V2Answer): ElectionOutput {
  if (answer.status === 201) return winnerOf(answer);
  assert.deepEqual([answer.status, parseDocument(answer).errorCode], [412, 105], answer.text);
  return { index: answer.index };
}

function parseRead(answer: V2Answer): ElectionOutput {
  if (answer.status === 200) return winnerOf(answer);
  assert.equal(answer.status, 404, answer.text);
  return { index: answer.index };
}

function winnerOf(answer: V2Answer): ElectionOutput {
  const { value, index } = parseEntry(parseDocument(answer).node);
  assert.ok(answer.index >= index);
  return { index: answer.index, winner: { value, createdIndex: index } };
}
