import { MusterError } from '../errors.ts';
import { applyOperations } from '../store/apply-operations.ts';
import type { Decision, Entry, Operation, TokenRange } from '../store/store.ts';
import { decideElection, type ElectionRequest } from './elect.ts';
import { parseMemberKey, SIZE_KEY, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { decideRegistration, type RegistrationPolicy, type RegistrationRequest } from './register.ts';
import type { LiveContent } from './registry-state.ts';
import { decideRemoval } from './remove.ts';
import type { WriteOutcome } from './shown-entry.ts';
import { shownEntries } from './shown-keys.ts';
import { valueText } from './value-text.ts';

/** One step of a transaction. */
export type Step =
  | {
      readonly type: 'register';
      readonly memberId: string;
      /** Undefined: the value stays as it is. */
      readonly text: string | undefined;
      readonly request: Omit<
        RegistrationRequest,
        'token' | 'memberId' | 'text' | 'isTwinConnected' | 'awaySinceRevision'
      >;
    }
  | {
      readonly type: 'elect';
      readonly text: string | undefined;
      readonly request: Omit<ElectionRequest, 'token' | 'text'>;
    }
  /** Removes every key that readers are shown and `accept` takes. */
  | { readonly type: 'remove'; readonly accept: (key: string) => boolean; readonly isAdmin: boolean }
  | { readonly type: 'read' };

/** What a step came to. */
export type StepOutcome =
  | {
      readonly type: 'put';
      readonly entry: Entry;
      /** The key before; for a registration that was made before, the key itself. */
      readonly previous: Entry | undefined;
      readonly kind: WriteOutcome['kind'];
      readonly completed: boolean;
    }
  | { readonly type: 'removed'; readonly previous: readonly Entry[] }
  /** The keys that readers are shown at that point of the transaction, its own writes among them. */
  | { readonly type: 'read'; readonly entries: readonly Entry[] };

/** Several steps on one token, of which all take place or none. */
export interface Transaction<B> {
  /**
   * Chooses the steps by what the keys are. Pure; what it throws refuses the transaction.
   *
   * @param entries the keys that readers are shown
   */
  readonly plan: (
    entries: readonly Entry[],
    revision: number,
  ) => { readonly branch: B; readonly steps: readonly Step[] };
}

/** What is known of the members that a transaction may register. */
export interface Presence {
  /** See `Repetition`. */
  readonly isTwinConnected: (memberId: string) => boolean;
  readonly awaySinceRevision: (memberId: string) => number | undefined;
}

/** A decision whose outcome is known in full with the revision of its commit. */
export interface TransactionOutcome<B> {
  readonly branch: B;
  readonly outcomesAt: (revision: number) => readonly StepOutcome[];
}

/** What a decision needs beside the transaction. */
export interface TransactionContext {
  readonly token: string;
  readonly policy: RegistrationPolicy;
  readonly presence: Presence;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Stands for the revision of the commit while it is not known. Above every revision that there is, so that what is
 * sorted by revision comes out right.
 */
const PENDING_REVISION = Number.MAX_SAFE_INTEGER;

/**
 * Decides on a transaction: each step by the rule of its kind, on what the steps before it have made.
 *
 * @throws MusterError what the rules throw; `not-permitted` for two registrations, which would have no order
 */
export function decideTransaction<B>(
  range: TokenRange,
  transaction: Transaction<B>,
  context: TransactionContext,
): Decision<TransactionOutcome<B>> {
  const content = readLiveContent(range, context.now);
  const { branch, steps } = transaction.plan(shownEntries(content), range.revision);
  if (steps.filter(({ type }) => type === 'register').length > 1) throw tooManyRegistrations();
  const outcomes: StepOutcome[] = [];
  const operations: Operation[] = [];
  let entries = range.entries;
  for (const step of steps) {
    const current = { revision: range.revision, entries };
    const decided = decideStep(current, readLiveContent(current, context.now), step, context);
    outcomes.push(decided.outcome);
    if (decided.operations.length === 0) continue;
    operations.push(...decided.operations);
    entries = applyOperations(entries, decided.operations, PENDING_REVISION, false).entries;
  }
  return { operations, outcome: { branch, outcomesAt: (revision) => outcomes.map(settle(revision)) } };
}

function tooManyRegistrations(): MusterError {
  return new MusterError('not-permitted', 'a transaction can register one member only', {
    remedy: 'members of one commit would have no order; register them one after the other',
  });
}

function decideStep(
  range: TokenRange,
  content: LiveContent,
  step: Step,
  context: TransactionContext,
): Decision<StepOutcome> {
  const { token, policy, presence, now } = context;
  switch (step.type) {
    case 'read':
      return { operations: [], outcome: { type: 'read', entries: shownEntries(content) } };
    case 'remove':
      return decideRemovals(range, content, step, context);
    case 'elect': {
      const text = step.text ?? textOf(content.stateEntry);
      return toStep(content.stateEntry, decideElection(range, { ...step.request, token, text }, now));
    }
    case 'register': {
      const { memberId } = step;
      const existing = content.membersById.get(memberId)?.entry;
      const request: RegistrationRequest = {
        ...step.request,
        token,
        memberId,
        text: step.text ?? textOf(existing),
        isTwinConnected: presence.isTwinConnected(memberId),
        awaySinceRevision: presence.awaySinceRevision(memberId),
      };
      return toStep(existing, decideRegistration(range, request, policy, now));
    }
  }
}

function textOf(entry: Entry | undefined): string {
  if (entry === undefined) throw new MusterError('unknown-key', 'the key does not exist');
  return valueText(entry);
}

function toStep(
  previous: Entry | undefined,
  { operations, outcome }: Decision<WriteOutcome>,
): Decision<StepOutcome> {
  const { shownAt, kind, completed } = outcome;
  const { entry } = shownAt(PENDING_REVISION);
  return { operations, outcome: { type: 'put', entry, previous, kind, completed } };
}

function decideRemovals(
  range: TokenRange,
  content: LiveContent,
  { accept, isAdmin }: Extract<Step, { type: 'remove' }>,
  { token, now }: TransactionContext,
): Decision<StepOutcome> {
  const previous = shownEntries(content).filter(({ key }) => accept(key));
  if (previous.some(({ key }) => key === SIZE_KEY)) {
    throw new MusterError('not-permitted', 'the cluster size is given when the token is made, and stays', {
      remedy: 'remove members by their own keys; a token ends by itself',
    });
  }
  // Keys first and notes behind them, each in their order: a store may take neighbours away in one go.
  const keys: Operation[] = [];
  const notes: Operation[] = [];
  let entries = range.entries;
  for (const { key } of previous) {
    const memberId = key === STATE_KEY ? undefined : parseMemberKey(key);
    const request = { token, memberId, condition: {}, isAdmin };
    const decided = decideRemoval({ revision: range.revision, entries }, request, now);
    const [ofKey, ...ofNote] = decided.operations;
    if (ofKey !== undefined) keys.push(ofKey);
    notes.push(...ofNote);
    entries = applyOperations(entries, decided.operations, PENDING_REVISION, false).entries;
  }
  return { operations: [...keys, ...notes], outcome: { type: 'removed', previous } };
}

/** Puts the revision of the commit in the place of the one that stood for it. */
function settle(revision: number): (outcome: StepOutcome) => StepOutcome {
  const entryAt = (entry: Entry): Entry =>
    entry.modRevision === PENDING_REVISION
      ? {
          ...entry,
          modRevision: revision,
          createRevision: entry.createRevision === PENDING_REVISION ? revision : entry.createRevision,
        }
      : entry;
  return (outcome) => {
    switch (outcome.type) {
      case 'removed':
        return outcome;
      case 'read':
        return { type: 'read', entries: outcome.entries.map(entryAt) };
      case 'put':
        return { ...outcome, entry: entryAt(outcome.entry) };
    }
  };
}

/** The ids of the members that a step has removed. */
export function removedMemberIds(outcome: StepOutcome): string[] {
  return outcome.type === 'removed' ? outcome.previous.flatMap(({ key }) => parseMemberKey(key) ?? []) : [];
}
