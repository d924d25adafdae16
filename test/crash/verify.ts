import assert from 'node:assert/strict';
import { parseDocument, parseEntry, parseList, V2Client, type V2Document } from '../support/v2-client.ts';
import type { SlotLedger } from './slot-ledger.ts';
import { type LostCreate, STATE_KEY, type TokenLedger } from './token-ledger.ts';
import { create, type World } from './workload.ts';

const POOL_SIZE = 8;

/** Does the same with every item, over a few connections at once. */
export async function forEach<T>(
  url: string,
  items: Iterable<T>,
  work: (client: V2Client, item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const run = async (): Promise<void> => {
    using client = new V2Client(url);
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(client, item);
  };
  await Promise.all(Array.from({ length: Math.min(POOL_SIZE, queue.length) }, run));
}

/** Reads so many events of a watch, and leaves. */
async function takeEvents(
  client: V2Client,
  token: string,
  count: number,
  key?: string,
): Promise<V2Document[]> {
  const events: V2Document[] = [];
  if (count === 0) return events;
  for await (const event of client.events(token, 2, key)) {
    if (events.push(event) === count) break;
  }
  return events;
}

/** The creates without an answer, of all tokens, before `settleToken` decides on them. */
export function lostCreates(ledgers: readonly TokenLedger[]): LostCreate[] {
  return ledgers.flatMap((ledger) => ledger.lost());
}

/** Holds a token against its ledger, while nobody writes to it. */
export async function settleToken(client: V2Client, ledger: TokenLedger): Promise<void> {
  const { token, size } = ledger;
  const { node } = parseDocument(await client.size(token));
  assert.equal(node?.value, String(size), `${token}: the size`);
  ledger.settle(await client.list(token), await client.get(token, STATE_KEY));
}

/** A watch from the beginning shows the list, and after it the next member, and nothing else. */
export async function replayToken(world: World, client: V2Client, ledger: TokenLedger): Promise<void> {
  const before = ledger.members;
  const { key, value } = world.newMember(ledger.token);
  using watcher = new V2Client(world.url());
  const events = takeEvents(watcher, ledger.token, before.length + 1);
  await Promise.all([events, create(client, ledger, key, value)]);
  const shown = (await events).map(({ action, node }) => {
    assert.equal(action, 'create');
    return parseEntry(node);
  });
  assert.deepEqual(shown, ledger.members, `${ledger.token}: the watch does not tell the list`);
  assert.deepEqual(shown.slice(0, -1), before, `${ledger.token}: the order changed`);
  assert.deepEqual(parseList(await client.list(ledger.token)), shown);
}

/** The same with one request per event, as etcd waits. */
export async function replayByLongPolls(client: V2Client, ledger: TokenLedger): Promise<void> {
  let waitIndex = 2;
  for (const member of ledger.members) {
    const entry = parseEntry(parseDocument(await client.wait(ledger.token, waitIndex)).node);
    assert.deepEqual(entry, member, `${ledger.token}: the wait from ${waitIndex} on`);
    waitIndex = entry.index + 1;
  }
}

export async function settleSlot(client: V2Client, slot: SlotLedger): Promise<void> {
  const { token, memberId } = slot;
  const now = await client.get(token, memberId);
  slot.settle(await takeEvents(client, token, slot.eventCount(now), memberId), now);
}

/** Asks again for a member that went unanswered: the ledger demands the first answer, the same or a first one. */
export function retry(client: V2Client, { ledger, key, value }: LostCreate): Promise<void> {
  return create(client, ledger, key, value);
}
