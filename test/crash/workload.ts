import assert from 'node:assert/strict';
import { memberId } from '../../src/registry/member-id.ts';
import type { Random } from '../support/seeded-random.ts';
import { AnswerLost, parseDocument, V2Client, type V2Traffic } from '../support/v2-client.ts';
import type { IndexBook } from './index-book.ts';
import { SlotLedger } from './slot-ledger.ts';
import { STATE_KEY, TokenLedger } from './token-ledger.ts';

/** Everything that was done to the service, over all its runs. */
export class World {
  readonly book: IndexBook;
  readonly url: () => string;
  /** Every token whose `/new` was answered. */
  readonly tokens: TokenLedger[] = [];
  /** The tokens that clients work on now, all of them at once. */
  active: TokenLedger[] = [];
  /** One per client. */
  readonly slots: Map<number, SlotLedger> = new Map<number, SlotLedger>();
  /** `/new` without an answer: nobody knows these tokens, whether they were made or not. */
  lostTokens = 0;
  #members = 0;

  constructor(book: IndexBook, url: () => string) {
    this.book = book;
    this.url = url;
  }

  /** A member that nobody has thought of before, under the id that etcd would give it. */
  newMember(token: string): { key: string; value: string } {
    const number = this.#members++;
    const peerUrl = `http://10.${number >> 16}.${(number >> 8) & 255}.${number & 255}:2380`;
    return { key: memberId([peerUrl], `${this.url()}/${token}`), value: `m${number}=${peerUrl}` };
  }

  async newToken(client: V2Client, random: Random): Promise<TokenLedger> {
    const size = random.integer(1, 40);
    const ledger = new TokenLedger(await this.#issue(client, size), size, this.book);
    this.tokens.push(ledger);
    return ledger;
  }

  /** The slot of a client, with a token of its own. */
  async slotOf(client: V2Client, number: number): Promise<SlotLedger> {
    let slot = this.slots.get(number);
    if (slot === undefined) {
      slot = new SlotLedger(await this.#issue(client, 3), this.book);
      this.slots.set(number, slot);
    }
    return slot;
  }

  async #issue(client: V2Client, size: number): Promise<string> {
    try {
      return await client.newToken(size);
    } catch (error) {
      if (error instanceof AnswerLost) this.lostTokens++;
      throw error;
    }
  }
}

/** What every create goes through, so that nothing is sent that the ledger does not know of. */
export async function create(
  client: V2Client,
  ledger: TokenLedger,
  key: string,
  value: string,
): Promise<void> {
  ledger.asked(key, value);
  ledger.answered(key, value, await client.create(ledger.token, key, value));
}

interface Context {
  readonly world: World;
  readonly client: V2Client;
  readonly number: number;
  readonly random: Random;
  /** What this client registered on this connection: it may ask again. */
  readonly own: { ledger: TokenLedger; key: string; value: string; index: number }[];
}

type Step = (context: Context) => Promise<void>;

async function register({ world, client, random, own }: Context): Promise<void> {
  const ledger = random.pick(world.active);
  const { key, value } = world.newMember(ledger.token);
  await create(client, ledger, key, value);
  const index = ledger.members.find(({ id }) => id === key)?.index ?? 0;
  own.push({ ledger, key, value, index });
}

/** Several clients, one key, a value each: one of them gets it. */
async function contend({ world, client, random }: Context): Promise<void> {
  const ledger = random.pick(world.active);
  const { value } = world.newMember(ledger.token);
  await create(client, ledger, `c0de${random.integer(0, 9)}`, value);
}

async function elect({ world, client, random }: Context): Promise<void> {
  const ledger = random.pick(world.active);
  await create(client, ledger, STATE_KEY, world.newMember(ledger.token).key);
}

async function askAgain({ client, random, own }: Context): Promise<void> {
  if (own.length === 0) return;
  const { ledger, key, value } = random.pick(own);
  await create(client, ledger, key, value);
}

async function watchOwnKey({ client, random, own }: Context): Promise<void> {
  if (own.length === 0) return;
  const { ledger, key, value, index } = random.pick(own);
  ledger.watching(key);
  const { node } = parseDocument(await client.wait(ledger.token, index, { key }));
  assert.deepEqual([node?.value, node?.createdIndex], [value, index]);
}

async function makeToken({ world, client, random }: Context): Promise<void> {
  const ledger = await world.newToken(client, random);
  if (random.chance(0.2)) world.active[random.integer(0, world.active.length - 1)] = ledger;
}

async function moveSlot({ world, client, number }: Context): Promise<void> {
  const slot = await world.slotOf(client, number);
  const { token, memberId: key, isThere } = slot;
  slot.asked();
  slot.answered(await (isThere ? client.remove(token, key) : client.create(token, key, slot.value)));
}

async function list({ world, client, random }: Context): Promise<void> {
  const ledger = random.pick(world.active);
  ledger.listed(await client.list(ledger.token));
}

const STEPS: readonly Step[] = [
  ...[register, register, register, register, register, register],
  ...[contend, elect, elect, askAgain, watchOwnKey, makeToken, moveSlot, moveSlot, list, list, list],
];

/** Works until the service is gone. Rejects when an answer is wrong. */
export async function runClient(
  world: World,
  number: number,
  random: Random,
  traffic: V2Traffic,
  signal: AbortSignal,
): Promise<void> {
  using client = new V2Client(world.url(), traffic);
  const context: Context = { world, client, number, random, own: [] };
  try {
    while (!signal.aborted) await random.pick(STEPS)(context);
  } catch (error) {
    if (!(error instanceof AnswerLost)) throw error;
  }
}
