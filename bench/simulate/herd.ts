import { once, setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../test/support/seeded-random.ts';
import { HttpConnection } from '../http-client.ts';
import { createMember } from '../member.ts';
import { joinOverV2, type ListedMember, UnexpectedAnswer } from '../v2-join.ts';
import { type Spread, spreadOf } from './spread.ts';

/** Machines that boot at about the same time. */
export interface HerdPlan {
  readonly clusters: number;
  readonly size: number;
  /** Each machine arrives at a random moment within them. */
  readonly seconds: number;
  /** Where the moments, and the replica that a machine reaches, come from. */
  readonly random: Random;
  /** How long after the last arrival a cluster that has not formed is given up. */
  readonly patienceSeconds: number;
}

/** Where the machines find the service. */
export interface HerdTarget {
  /** Every replica; a machine reaches one of them, as by a name with several addresses. */
  readonly urls: readonly string[];
  /** What the URLs of tokens begin with. */
  readonly publicUrl: string;
}

/** What became of a herd. Times are in milliseconds. */
export interface HerdFigures {
  readonly clusters: number;
  readonly machines: number;
  /** Clusters whose members all ended with the same list, of as many members as were wanted. */
  readonly formed: number;
  readonly elapsedSeconds: number;
  /** From asking for a connection to having it. */
  readonly connecting: Spread;
  /** From asking for a token to having it. */
  readonly newToken: Spread;
  /** From sending a registration to its answer. */
  readonly registration: Spread;
  /** From asking for a connection to the answer to the registration, three requests later. */
  readonly arrival: Spread;
  /** Of each cluster: from sending its last registration to the moment when its last member knows all. */
  readonly knowing: Spread;
  /** Over all attempts of all machines, with what it took to make the token. */
  readonly perCluster: {
    readonly requests: number;
    readonly sentBytes: number;
    readonly receivedBytes: number;
  };
  /** A machine keeps its connection when it has joined, as etcd does. */
  readonly peakConnections: number;
  readonly peakWaiting: number;
  /** What made machines start over, by reason. */
  readonly errors: Readonly<Record<string, number>>;
  readonly retries: number;
}

/** As an init system waits before it starts a program again. */
const RETRY_MS = 1000;

/** Plays the machines, and answers when all clusters have formed or were given up. */
export async function runHerd(plan: HerdPlan, target: HerdTarget): Promise<HerdFigures> {
  const herd = new Herd(plan, target);
  return await herd.run();
}

/** A machine that knows its cluster. */
interface Joined {
  readonly list: readonly ListedMember[];
  /** When its registration was sent, and when it knew all. */
  readonly registeredAt: number;
  readonly knewAt: number;
}

class Herd {
  readonly #plan: HerdPlan;
  readonly #target: HerdTarget;
  readonly #givingUp = new AbortController();
  readonly #open = new Set<HttpConnection>();
  readonly #connectingMs: number[] = [];
  readonly #newTokenMs: number[] = [];
  readonly #registrationMs: number[] = [];
  readonly #arrivalMs: number[] = [];
  readonly #errors = new Map<string, number>();
  #retries = 0;
  #peakConnections = 0;
  #waiting = 0;
  #peakWaiting = 0;
  #requests = 0;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(plan: HerdPlan, target: HerdTarget) {
    this.#plan = plan;
    this.#target = target;
  }

  async run(): Promise<HerdFigures> {
    const { clusters, size, seconds, patienceSeconds } = this.#plan;
    const startedAt = performance.now();
    // Every machine listens to it.
    setMaxListeners(0, this.#givingUp.signal);
    const timer = setTimeout(() => this.#giveUp(), (seconds + patienceSeconds) * 1000);
    const joined = await Promise.all(
      Array.from({ length: clusters }, (_, number) => this.#formCluster(number, startedAt)),
    );
    clearTimeout(timer);
    const elapsedSeconds = (performance.now() - startedAt) / 1000;
    for (const connection of [...this.#open]) this.#close(connection);
    const formed = joined.filter((members) => isCluster(members, size));
    return {
      clusters,
      machines: clusters * size,
      formed: formed.length,
      elapsedSeconds,
      connecting: spreadOf(this.#connectingMs),
      newToken: spreadOf(this.#newTokenMs),
      registration: spreadOf(this.#registrationMs),
      arrival: spreadOf(this.#arrivalMs),
      knowing: spreadOf(formed.map(knowingMs)),
      perCluster: {
        requests: this.#requests / clusters,
        sentBytes: this.#sentBytes / clusters,
        receivedBytes: this.#receivedBytes / clusters,
      },
      peakConnections: this.#peakConnections,
      peakWaiting: this.#peakWaiting,
      errors: Object.fromEntries(this.#errors),
      retries: this.#retries,
    };
  }

  /** The token is made when the first machine is about to arrive. */
  async #formCluster(number: number, startedAt: number): Promise<(Joined | undefined)[]> {
    const { size, seconds, random } = this.#plan;
    const arrivals = Array.from({ length: size }, () => random.integer(0, seconds * 1000));
    const replicas = Array.from({ length: size + 1 }, () => random.pick(this.#target.urls));
    const due = (ms: number): Promise<void> => this.#pause(startedAt + ms - performance.now());
    await due(Math.min(...arrivals));
    const path = await this.#createToken(number, replicas[size] ?? '');
    if (path === undefined) return [];
    return await Promise.all(
      arrivals.map(async (arrival, place) => {
        await due(arrival);
        return await this.#bootMachine(path, number * size + place, replicas[place] ?? '');
      }),
    );
  }

  async #createToken(number: number, url: string): Promise<string | undefined> {
    return await this.#insist(async () => {
      const connection = await this.#connect(url, addressOf(OPERATORS, number));
      try {
        const askedAt = performance.now();
        const answer = await connection.get(`/new?size=${this.#plan.size}`);
        if (answer.status !== 200) throw new UnexpectedAnswer(answer, 200);
        this.#newTokenMs.push(performance.now() - askedAt);
        return new URL(answer.body).pathname;
      } finally {
        this.#close(connection);
      }
    });
  }

  /** Undefined where the cluster was given up. */
  async #bootMachine(path: string, number: number, url: string): Promise<Joined | undefined> {
    const member = createMember(this.#target.publicUrl + path, number);
    return await this.#insist(async () => {
      const arrivedAt = performance.now();
      const connection = await this.#connect(url, addressOf(MACHINES, number));
      let registeredAt = Number.NaN;
      try {
        const list = await joinOverV2(connection, path, member, this.#plan.size, {
          registering: () => {
            registeredAt = performance.now();
            return {
              answered: () => {
                const now = performance.now();
                this.#registrationMs.push(now - registeredAt);
                this.#arrivalMs.push(now - arrivedAt);
              },
            };
          },
          waiting: () => {
            this.#peakWaiting = Math.max(this.#peakWaiting, ++this.#waiting);
            return { ended: () => --this.#waiting };
          },
        });
        return { list, registeredAt, knewAt: performance.now() };
      } catch (error) {
        this.#close(connection);
        throw error;
      }
    });
  }

  /** Tries until it succeeds, or until everything is given up. */
  async #insist<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    while (!this.#givingUp.signal.aborted) {
      try {
        return await attempt();
      } catch (error) {
        if (this.#givingUp.signal.aborted) return undefined;
        const reason = reasonOf(error);
        this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
        await this.#pause(RETRY_MS);
        this.#retries += 1;
      }
    }
    return undefined;
  }

  /** Ends early when everything is given up. */
  async #pause(ms: number): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: this.#givingUp.signal }).catch(() => undefined);
  }

  /** A connection from an address of its own: all of 127.0.0.0/8 is this machine. */
  async #connect(url: string, localAddress: string): Promise<HttpConnection> {
    const { hostname, port } = new URL(url);
    const askedAt = performance.now();
    const socket = connect({ host: hostname, port: Number(port), localAddress });
    try {
      await once(socket, 'connect', { signal: this.#givingUp.signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#connectingMs.push(performance.now() - askedAt);
    const connection = new HttpConnection(socket, new URL(this.#target.publicUrl).host);
    this.#open.add(connection);
    socket.once('close', () => this.#open.delete(connection));
    this.#peakConnections = Math.max(this.#peakConnections, this.#open.size);
    return connection;
  }

  #close(connection: HttpConnection): void {
    this.#open.delete(connection);
    this.#requests += connection.requests;
    this.#sentBytes += connection.socket.bytesWritten;
    this.#receivedBytes += connection.socket.bytesRead;
    connection.close();
  }

  #giveUp(): void {
    this.#givingUp.abort();
    for (const connection of this.#open) connection.close();
  }
}

/** The second number of the addresses that machines, and those who make tokens, come from. */
const MACHINES = 64;
const OPERATORS = 192;

function addressOf(second: number, number: number): string {
  return `127.${second + ((number >> 16) & 63)}.${(number >> 8) & 255}.${number & 255}`;
}

function isCluster(members: readonly (Joined | undefined)[], size: number): members is Joined[] {
  const lists = members.map((joined) => JSON.stringify(joined?.list));
  return members.length === size && members[0]?.list.length === size && new Set(lists).size === 1;
}

function knowingMs(members: readonly Joined[]): number {
  const lastRegistered = Math.max(...members.map(({ registeredAt }) => registeredAt));
  const lastKnew = Math.max(...members.map(({ knewAt }) => knewAt));
  return lastKnew - lastRegistered;
}

/** Short, and the same for the same kind of failure. */
function reasonOf(error: unknown): string {
  if (error instanceof UnexpectedAnswer) return `answer ${error.status}`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
