import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { findLinearization } from '../linearizability/checker.ts';
import { History } from '../linearizability/history.ts';
import {
  ELECTION,
  type ElectionInput,
  type ElectionOutput,
  MEMBERS,
  type MembersInput,
  type MembersOutput,
} from '../linearizability/models.ts';
import type { Random } from '../support/seeded-random.ts';
import {
  AnswerLost,
  parseDocument,
  parseEntry,
  parseList,
  type V2Answer,
  V2Client,
  type V2Entry,
} from '../support/v2-client.ts';

const CLIENTS = 12;
const TURNS = 6;
const REGISTRIES = 2;
const ELECTIONS = 3;
/** Ids that several clients try to register, each with a value of its own. */
const CONTENDED_IDS = 4;
/** How long a client asks for one thing until it counts as left behind. */
const PATIENCE_MS = 60_000;
/** A client that waits longer than any etcd would for one answer has lost it. */
const ANSWER_MS = 8000;

/** What clients did, and what they were told. */
export interface Workload {
  /** Resolves when every client has what it asked for. */
  readonly done: Promise<void>;
  /** Checks what was told against what a single registry could have told. Call it after `done`. */
  check(): Promise<void>;
}

interface Registry {
  readonly token: string;
  readonly history: History<MembersInput, MembersOutput>;
  readonly watchers: Watcher[];
}

interface Election {
  readonly token: string;
  readonly history: History<ElectionInput, ElectionOutput>;
}

/** Lets clients work on tokens of their own, spread over the replicas. Resolves when the tokens are there. */
export async function startWorkload(urls: readonly string[], random: Random): Promise<Workload> {
  const stop = new AbortController();
  const registries: Registry[] = [];
  const elections: Election[] = [];
  using maker = new Asker(urls, random.fork());
  for (let number = 0; number < REGISTRIES; number++) {
    const token = await maker.newToken(CLIENTS);
    const watchers = urls.map(
      (_, place) => new Watcher(rotate(urls, place), token, random.fork(), stop.signal),
    );
    registries.push({ token, history: new History(), watchers });
  }
  for (let number = 0; number < ELECTIONS; number++) {
    elections.push({ token: await maker.newToken(3), history: new History() });
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) =>
    work(rotate(urls, number), { registries, elections, number }, random.fork()),
  );
  const done = Promise.all(clients).then(() => {});
  return {
    done,
    async check() {
      try {
        for (const registry of registries) await checkRegistry(rotate(urls, 0), registry, random.fork());
        for (const election of elections) await checkElection(urls, election, random.fork());
      } finally {
        stop.abort();
      }
    },
  };
}

const rotate = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index + by) % items.length] as T);

async function work(
  urls: readonly string[],
  { registries, elections, number }: { registries: Registry[]; elections: Election[]; number: number },
  random: Random,
): Promise<void> {
  using asker = new Asker(urls, random);
  for (let turn = 0; turn < TURNS; turn++) {
    await pause(random.integer(0, 400));
    const registry = random.pick(registries);
    if (random.chance(0.4)) await list(asker, registry);
    const id = random.chance(0.5) ? random.integer(1, CONTENDED_IDS).toString(16) : `f00d${number}${turn}`;
    await register(asker, registry, id, number * TURNS + turn);
    if (random.chance(0.3)) await list(asker, registry);
    const election = elections[turn];
    if (election !== undefined) await takePart(asker, election, `client ${number}`);
  }
}

async function list(asker: Asker, { token, history }: Registry): Promise<void> {
  await history.record({ type: 'list' }, async () => {
    const answer = await asker.ask((client, signal) => client.send('GET', `/${token}`, undefined, signal));
    return { index: answer.index, members: parseList(answer) };
  });
}

async function register(
  asker: Asker,
  { token, history }: Registry,
  id: string,
  place: number,
): Promise<void> {
  const value = `n${id}-${place}=http://10.2.${place >> 4}.${place & 15}:${2000 + place}`;
  // A client that has no answer asks the same again, and whichever attempt was carried out counts.
  await history.record({ type: 'register', id, value }, async () => {
    const answer = await asker.ask((client, signal) => create(client, token, id, value, signal));
    if (answer.status === 201) return { index: parseEntry(parseDocument(answer).node).index };
    assert.deepEqual([answer.status, parseDocument(answer).errorCode], [412, 105], answer.text);
    return { index: undefined };
  });
}

/** A lost answer stays lost: asked again, the winner could not be told from the others. */
async function takePart(asker: Asker, { token, history }: Election, value: string): Promise<void> {
  const invokedAt = history.moment;
  try {
    await history.record({ type: 'create', value }, async () => {
      const answer = await asker.askOnce((client, signal) => create(client, token, '_state', value, signal));
      if (answer.status === 201) return winnerOf(answer);
      assert.deepEqual([answer.status, parseDocument(answer).errorCode], [412, 105], answer.text);
      return { index: answer.index };
    });
  } catch (error) {
    if (!(error instanceof AnswerLost)) throw error;
    history.calls.push({
      invokedAt,
      respondedAt: Number.POSITIVE_INFINITY,
      input: { type: 'create', value },
      output: undefined,
    });
  }
}

function winnerOf(answer: V2Answer): ElectionOutput {
  const { value, index } = parseEntry(parseDocument(answer).node);
  return { index: answer.index, winner: { value, createdIndex: index } };
}

function create(
  client: V2Client,
  token: string,
  key: string,
  value: string,
  signal: AbortSignal,
): Promise<V2Answer> {
  return client.send('PUT', `/${token}/${key}?prevExist=false`, new URLSearchParams({ value }), signal);
}

async function checkRegistry(urls: readonly string[], registry: Registry, random: Random): Promise<void> {
  const { token, history, watchers } = registry;
  let final: readonly V2Entry[] = [];
  for (let place = 0; place < urls.length; place++) {
    // Every replica shows the same.
    using asker = new Asker(rotate(urls, place), random);
    await list(asker, registry);
    const shown = history.calls.at(-1)?.output?.members ?? [];
    if (place > 0) assert.deepEqual(shown, final, `${token}: another replica shows another list`);
    final = shown;
  }
  const { calls } = history;
  assert.ok(findLinearization(calls, MEMBERS), `not linearizable: ${token}\n${JSON.stringify(calls)}`);
  for (const watcher of watchers) await watcher.reached(final);
}

async function checkElection(urls: readonly string[], election: Election, random: Random): Promise<void> {
  const { token, history } = election;
  using asker = new Asker(urls, random);
  await history.record({ type: 'read' }, async () => {
    const answer = await asker.ask((client, signal) =>
      client.send('GET', `/${token}/_state`, undefined, signal),
    );
    return answer.status === 200 ? winnerOf(answer) : { index: answer.index };
  });
  const { calls } = history;
  const winners = calls.filter(
    ({ input, output }) => input.type === 'create' && output?.winner !== undefined,
  );
  assert.ok(winners.length <= 1, `winners of ${token}: ${JSON.stringify(winners)}`);
  assert.ok(findLinearization(calls, ELECTION), `not linearizable: ${token}\n${JSON.stringify(calls)}`);
}

/** A client that asks one replica after the other until it is answered. */
class Asker implements Disposable {
  readonly #clients: V2Client[];
  readonly #random: Random;
  #current = 0;

  constructor(urls: readonly string[], random: Random) {
    this.#clients = urls.map((url) => new V2Client(url));
    this.#random = random;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client[Symbol.dispose]();
  }

  async newToken(size: number): Promise<string> {
    const answer = await this.ask((client, signal) =>
      client.send('GET', `/new?size=${size}`, undefined, signal),
    );
    return /([0-9a-f]{32})$/.exec(answer.text)?.[1] ?? assert.fail(answer.text);
  }

  async ask(send: (client: V2Client, signal: AbortSignal) => Promise<V2Answer>): Promise<V2Answer> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.askOnce(send);
      } catch (error) {
        if (!(error instanceof AnswerLost) || performance.now() > deadline) throw error;
        this.#current = (this.#current + 1) % this.#clients.length;
        await pause(this.#random.integer(5, 100));
      }
    }
  }

  /** Throws `AnswerLost` also for an answer that says nothing about what became of the request. */
  async askOnce(send: (client: V2Client, signal: AbortSignal) => Promise<V2Answer>): Promise<V2Answer> {
    const client = this.#clients[this.#current] as V2Client;
    const answer = await send(client, AbortSignal.timeout(ANSWER_MS));
    if (answer.status >= 500) throw new AnswerLost(`${answer.status} ${answer.text}`);
    return answer;
  }
}

/** Follows the members of a token by one watch after the other, as etcd's v2 client does. */
class Watcher {
  readonly #seen: V2Entry[] = [];
  readonly #running: Promise<void>;
  #wake: () => void = () => {};

  constructor(urls: readonly string[], token: string, random: Random, signal: AbortSignal) {
    this.#running = this.#run(urls, token, random, signal);
    this.#running.catch(() => {});
  }

  async #run(urls: readonly string[], token: string, random: Random, signal: AbortSignal): Promise<void> {
    const clients = urls.map((url) => new V2Client(url));
    let current = 0;
    let next = 1;
    while (!signal.aborted) {
      try {
        const answer = await (clients[current] as V2Client).wait(token, next, { signal });
        if (answer.status >= 500) throw new AnswerLost(answer.text);
        assert.equal(answer.status, 200, answer.text);
        const entry = parseEntry(parseDocument(answer).node);
        assert.ok(entry.index >= next, `an event of ${entry.index} behind a wait for ${next}`);
        this.#seen.push(entry);
        next = entry.index + 1;
        this.#wake();
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof AnswerLost)) throw error;
        current = (current + 1) % clients.length;
        await pause(random.integer(5, 100));
      }
    }
    for (const client of clients) client[Symbol.dispose]();
  }

  /** Resolves when it has seen these members, in this order and no others. */
  async reached(members: readonly V2Entry[]): Promise<void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    while (this.#seen.length < members.length && !late.aborted) {
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      await Promise.race([woken, this.#running, pause(1000)]);
    }
    assert.deepEqual(this.#seen, members, 'a watcher saw something else than the list');
  }
}
