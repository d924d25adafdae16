import type { Clock } from '../clock/clock.ts';
import type { ErrorCode } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { AttemptListeners } from './attempt-listeners.ts';
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
  readonly #listeners: AttemptListeners;
  /** The same array while nothing has changed, so that it can key a memo. */
  readonly #lists = new Map<string, readonly Attempt[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#listeners = new AttemptListeners(clock);
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
    const { refusal } = attempt;
    if (refusal !== undefined && !TOLD.has(refusal.code)) return;
    const known = this.#tokens.get(token) ?? new Map<string, KnownAttempt>();
    const kept = cut(attempt);
    const key = `${kept.memberId}\n${kept.from}\n${refusal?.code ?? ''}`;
    const isNew = !known.has(key);
    known.delete(key);
    known.set(key, { attempt: kept, at: this.#clock.now() });
    dropOldest(known, LIMITS.attemptsPerTokenMax);
    this.#tokens.delete(token);
    this.#tokens.set(token, known);
    this.#lists.delete(token);
    for (const dropped of dropOldest(this.#tokens, LIMITS.attemptTokensMax)) this.#lists.delete(dropped);
    // A machine that tries for ever says nothing new.
    if (isNew) this.#listeners.tell(token);
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
    this.#listeners.tell(token);
  }

  /** Tells that something has changed in what is known of a token. Answers how to stop that. */
  listen(token: string, listener: () => void): () => void {
    return this.#listeners.add(token, listener);
  }
}

/** An attempt as it is kept: what was refused for its length is not remembered whole. */
function cut(attempt: Attempt): Attempt {
  const { memberId, from, refusal } = attempt;
  if (
    memberId.length <= LIMITS.memberIdMaxBytes &&
    (refusal?.message.length ?? 0) <= LIMITS.attemptMessageMaxChars
  )
    return attempt;
  const known = { memberId: copyOf(memberId, LIMITS.memberIdMaxBytes), from };
  if (refusal === undefined) return known;
  const message = copyOf(refusal.message, LIMITS.attemptMessageMaxChars);
  return { ...known, refusal: { code: refusal.code, message } };
}

/** The beginning of a text, which does not keep the rest of it in memory as a slice does. */
function copyOf(text: string, maxChars: number): string {
  return Buffer.from(text.slice(0, maxChars)).toString();
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
