import assert from 'node:assert/strict';
import { deferred } from '../support/deferred.ts';
import type { Random } from '../support/seeded-random.ts';
import {
  AnswerLost,
  parseDocument,
  parseEntry,
  parseList,
  V2Client,
  type V2Document,
  type V2Entry,
} from '../support/v2-client.ts';

/** A number that grows, and those who wait for it. */
export class Progress {
  #count = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  get count(): number {
    return this.#count;
  }

  advance(): void {
    this.#count++;
    for (const { resolve } of this.#waiting.filter(({ count }) => count <= this.#count)) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#count);
  }

  /** Resolves when the count is at least this. */
  async reached(count: number): Promise<void> {
    if (count <= this.#count) return;
    const { promise, resolve } = deferred<void>();
    this.#waiting.push({ count, resolve });
    await promise;
  }
}

/** A service that goes away and comes back: clients that lost an answer wait here before they ask again. */
export class Service {
  readonly url: string;
  #up: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(url: string) {
    this.url = url;
  }

  /** Nobody is to ask any more: whoever lost an answer is told so. */
  end(): void {
    this.#isOver = true;
  }

  /** Takes the service down and up by `restart`. */
  async interrupt(restart: () => Promise<void>): Promise<void> {
    this.#up = restart();
    await this.#up;
  }

  /** Asks until there is an answer, which is safe for everything that is asked here. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#up;
      try {
        return await question();
      } catch (error) {
        if (this.#isOver || !(error instanceof AnswerLost)) throw error;
      }
    }
  }
}

export interface WatchContext {
  readonly service: Service;
  readonly token: string;
  /** How many members there will be in the end. */
  readonly members: number;
  readonly registered: Progress;
  readonly random: Random;
}

/** One way to learn of every member. What it is told goes to `known`, in that order; it returns when that is all. */
export type Watcher = (context: WatchContext, known: V2Entry[]) => Promise<void>;

function entryOf({ action, node }: V2Document): V2Entry {
  assert.equal(action, 'create');
  return parseEntry(node);
}

/** One request per event, from an index on, until all members are known. */
async function waitForAll(
  { service, token, members, registered, random }: WatchContext,
  known: V2Entry[],
  waitIndex: number,
  patience: number,
): Promise<void> {
  using client = new V2Client(service.url);
  let from = waitIndex;
  while (known.length < members) {
    const entry = await service.ask(async () => {
      const leaving = new AbortController();
      // An impatient client leaves when somebody registers, which may be just when its event is on its way.
      if (random.chance(1 - patience))
        void registered.reached(registered.count + 1).then(() => leaving.abort());
      return entryOf(parseDocument(await client.wait(token, from, { signal: leaving.signal })));
    });
    known.push(entry);
    from = entry.index + 1;
  }
}

/** As etcd does: the list, and one wait after the other from the list's index on. */
const listAndWait: Watcher = async (context, known) => {
  const { service, token } = context;
  using client = new V2Client(service.url);
  const list = await service.ask(() => client.list(token));
  known.push(...parseList(list));
  await waitForAll(context, known, list.index + 1, 1);
};

const waitFromTheBeginning: Watcher = (context, known) => waitForAll(context, known, 2, 1);

const leaveAndResume: Watcher = (context, known) => waitForAll(context, known, 2, 0.5);

/** A stream that is read for a while, left, and taken up again behind the last event. */
const streamAndResume: Watcher = async ({ service, token, members, random }, known) => {
  using client = new V2Client(service.url);
  while (known.length < members) {
    await service.ask(async () => {
      const last = known.at(-1)?.index ?? 1;
      let left = Math.min(random.integer(1, 20), members - known.length);
      for await (const event of client.events(token, last + 1)) {
        known.push(entryOf(event));
        if (--left === 0) break;
      }
    });
  }
};

export const WATCHERS: readonly { readonly name: string; readonly watch: Watcher }[] = [
  { name: 'list, then waits', watch: listAndWait },
  { name: 'waits from the beginning', watch: waitFromTheBeginning },
  { name: 'waits that are left and resumed', watch: leaveAndResume },
  { name: 'streams that are left and resumed', watch: streamAndResume },
];
