import type { Clock } from '../clock/clock.ts';
import type { ErrorCode } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Attempt } from './findings.ts';

/** Refusals that say something about the machines of a token; the others are about the token, or about the moment. */
const TOLD: ReadonlySet<ErrorCode> = new Set([
  'duplicate-member',
  'member-started',
  'guard-refused',
  'limit-exceeded',
  'not-permitted',
]);

/** One attempt with the time that it is known since. */
interface KnownAttempt {
  readonly attempt: Attempt;
  readonly at: number;
}

const NONE: readonly Attempt[] = [];

/**
 * What this process has seen of registrations that left nothing in the keys of their token: refusals, and repetitions
 * from another address. Kept for findings only, in memory, and bounded: a replica knows what came to it.
 */
export class Attempts {
  readonly #clock: Clock;
  /** By token, those unseen for longest first. */
  readonly #tokens = new Map<string, Map<string, KnownAttempt>>();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** The same array while nothing has changed, so that it can key a memo. */
  readonly #lists = new Map<string, readonly Attempt[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is known of a token, the oldest first. */
  of(token: string): readonly Attempt[] {
    const known = this.#tokens.get(token);
    if (known === undefined) return NONE;
    const oldest = this.#clock.now() - LIMITS.attemptsKeptMs;
    const over = [...known].filter(([, { at }]) => at < oldest);
    for (const [key] of over) known.delete(key);
    if (over.length > 0) this.#lists.delete(token);
    let list = this.#lists.get(token);
    if (list === undefined) {
      list = [...known.values()].map(({ attempt }) => attempt);
      this.#lists.set(token, list);
    }
    return list;
  }

  /** Notes an attempt, in the place of the same one before. */
  note(token: string, attempt: Attempt): void {
    const { memberId, from, refusal } = attempt;
    if (refusal !== undefined && !TOLD.has(refusal.code)) return;
    const known = this.#tokens.get(token) ?? new Map<string, KnownAttempt>();
    const key = `${memberId}\n${from}\n${refusal?.code ?? ''}`;
    const isNew = !known.has(key);
    known.delete(key);
    known.set(key, { attempt, at: this.#clock.now() });
    dropOldest(known, LIMITS.attemptsPerTokenMax);
    this.#tokens.delete(token);
    this.#tokens.set(token, known);
    this.#lists.delete(token);
    for (const dropped of dropOldest(this.#tokens, LIMITS.attemptTokensMax)) this.#lists.delete(dropped);
    // A machine that tries for ever says nothing new.
    if (isNew) this.#tell(token);
  }

  /** Notes that a member got in: what was refused to it, or to its machine, is settled. */
  settle(token: string, memberId: string, from: string): void {
    const known = this.#tokens.get(token);
    if (known === undefined) return;
    const settled = [...known].filter(
      ([, { attempt }]) =>
        attempt.refusal !== undefined && (attempt.memberId === memberId || attempt.from === from),
    );
    if (settled.length === 0) return;
    for (const [key] of settled) known.delete(key);
    if (known.size === 0) this.#tokens.delete(token);
    this.#lists.delete(token);
    this.#tell(token);
  }

  /** Tells of each change of what is known of a token. Answers how to stop that. */
  listen(token: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(token) ?? new Set();
    this.#listeners.set(token, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(token) === listeners) this.#listeners.delete(token);
    };
  }

  #tell(token: string): void {
    for (const listener of this.#listeners.get(token) ?? []) listener();
  }
}

/** Drops what is over a limit, and answers it. */
function dropOldest<T>(map: Map<string, T>, max: number): string[] {
  const dropped: string[] = [];
  for (const key of map.keys()) {
    if (map.size <= max) break;
    map.delete(key);
    dropped.push(key);
  }
  return dropped;
}
