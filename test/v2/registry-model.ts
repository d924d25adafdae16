import { type Condition, isTrue, type ValueForm } from './commands.ts';

/** A key with a value. Ranks are those of the timeline. */
export interface ModelEntry {
  readonly text: string;
  readonly createdRank: number | string;
  readonly modifiedRank: number | string;
  /** The client that registered it. */
  readonly client: number;
  /** Its self watch was answered, so that it is known to have joined. */
  readonly isTold: boolean;
}

/** A write, as far as rules depend on it. */
export interface ModelWrite {
  /** `_state` or a member's id. */
  readonly name: string;
  readonly text: string;
  readonly action: 'create' | 'compareAndSwap' | 'update' | 'set';
  /** Whether its condition holds, as etcd's store has it. */
  readonly holds: boolean;
  readonly client: number;
}

/**
 * What Muster is expected to answer to a write: the same as etcd; the same code in other words; an answer that
 * etcd would not give (then etcd is not asked, so that both stay alike); or the first answer once more.
 */
export type Expectation =
  | { readonly kind: 'same' }
  | { readonly kind: 'other words'; readonly difference: string }
  | {
      readonly kind: 'refused';
      readonly difference: string;
      readonly status: number;
      readonly errorCode: number;
    }
  | { readonly kind: 'repeated'; readonly difference: string };

const SAME: Expectation = { kind: 'same' };

/** What is in a registry, and which of the deliberate differences (docs/v2-differences.md) follow from that. */
export class RegistryModel {
  readonly #form: ValueForm;
  readonly #size: number;
  /** In the order of their creation. */
  readonly #entries = new Map<string, ModelEntry>();
  readonly #createdRanks = new Map<string, number | string>();

  constructor(form: ValueForm, size: number) {
    this.#form = form;
    this.#size = size;
  }

  get(name: string): ModelEntry | undefined {
    return this.#entries.get(name);
  }

  /** Which write made the key that had this state. */
  createdRank(name: string, modifiedRank: number | string): number | string {
    return (
      this.#createdRanks.get(`${name}@${modifiedRank}`) ?? `"${name}" was not written at ${modifiedRank}`
    );
  }

  expectPut({ name, text, action, holds, client }: ModelWrite): Expectation {
    const existing = this.#entries.get(name);
    if (name === '_state') return SAME;
    if (existing !== undefined && this.#form === 'named') {
      if (!holds && action !== 'create') return SAME;
      if (existing.text !== text) return alsoRefusedByEtcd(action, 'D2', 412, 105);
      if (existing.client !== client) return alsoRefusedByEtcd(action, 'D1', 412, 105);
      const place = [...this.#entries.keys()].filter((key) => key !== '_state').indexOf(name);
      const isStarted = existing.isTold && place < this.#size && this.memberCount >= this.#size;
      if (isStarted) return { kind: 'refused', difference: 'D1', status: 403, errorCode: 151 };
      return { kind: 'repeated', difference: 'D1' };
    }
    if (!holds) return SAME;
    const isOtherForm = text.includes('=') !== (this.#form === 'named');
    if (!text.includes('://') || isOtherForm) {
      return { kind: 'refused', difference: 'D4', status: 403, errorCode: 150 };
    }
    return SAME;
  }

  /** @param holds whether the key is there and the condition holds */
  expectDelete(name: string, holds: boolean): Expectation {
    if (!holds) return SAME;
    const others = this.memberCount - (name !== '_state' && this.#entries.has(name) ? 1 : 0);
    if (others === 0) return SAME;
    return { kind: 'refused', difference: 'D5', status: 403, errorCode: 152 };
  }

  /** Notes a write that both sides made. */
  wrote(name: string, text: string, client: number, rank: number): void {
    const createdRank = this.#entries.get(name)?.createdRank ?? rank;
    this.#entries.set(name, { text, createdRank, modifiedRank: rank, client, isTold: false });
    this.#createdRanks.set(`${name}@${rank}`, createdRank);
  }

  removed(name: string, rank: number): void {
    const createdRank = this.#entries.get(name)?.createdRank ?? rank;
    this.#entries.delete(name);
    this.#createdRanks.set(`${name}@${rank}`, createdRank);
  }

  /** The member has seen its own registration. */
  told(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#entries.set(name, { ...entry, isTold: true });
  }

  /** The member has registered once more, and may not see that answer. */
  repeated(name: string, client: number): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined) this.#entries.set(name, { ...entry, isTold: false, client });
  }

  get memberCount(): number {
    return this.#entries.size - (this.#entries.has('_state') ? 1 : 0);
  }
}

/** A create-only write of a key that is there is refused by etcd too, with the same code in other words. */
function alsoRefusedByEtcd(
  action: string,
  difference: string,
  status: number,
  errorCode: number,
): Expectation {
  return action === 'create'
    ? { kind: 'other words', difference }
    : { kind: 'refused', difference, status, errorCode };
}

/** Which kind of write a condition makes (protocol of the v2 keys API). */
export function actionOf({ prevExist, prevValue, prevIndex }: Condition): ModelWrite['action'] {
  if (prevExist !== undefined && !isTrue(prevExist)) return 'create';
  if (prevValue !== undefined || (prevIndex !== undefined && prevIndex !== 'zero')) return 'compareAndSwap';
  return prevExist === undefined ? 'set' : 'update';
}

/** Whether etcd's store would carry the write out. */
export function holds(condition: Condition, isThere: boolean): boolean {
  switch (actionOf(condition)) {
    case 'create':
      return !isThere;
    case 'set':
      return true;
    case 'update':
      return isThere;
    case 'compareAndSwap':
      return isThere && condition.prevValue !== 'other' && condition.prevIndex !== 'other';
  }
}
