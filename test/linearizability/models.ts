import type { Call, Model } from './checker.ts';

/** A key that is made at most once. */
export type ElectionInput = { readonly type: 'create'; readonly value: string } | { readonly type: 'read' };

/** A create that was refused, and a read that finds nothing, have no winner. */
export interface ElectionOutput {
  readonly index: number;
  readonly winner?: { readonly value: string; readonly createdIndex: number };
}

type Winner = NonNullable<ElectionOutput['winner']>;
type ElectionState = Winner | 'nobody';

/** One election: the first create wins, every other one is refused, reads show the winner. */
export const ELECTION: Model<ElectionState, ElectionInput, ElectionOutput> = {
  initial: 'nobody',
  step(state, { input, output }) {
    const winner = output?.winner;
    if (input.type === 'read') {
      if (state === 'nobody') return winner === undefined ? state : undefined;
      return winner?.value === state.value && winner.createdIndex === state.createdIndex ? state : undefined;
    }
    if (output === undefined) return state === 'nobody' ? { value: input.value, createdIndex: 0 } : state;
    if (winner === undefined) return state === 'nobody' ? undefined : state;
    return state === 'nobody' && winner.value === input.value ? winner : undefined;
  },
  keyOf: (state) => (state === 'nobody' ? '' : `${state.createdIndex} ${state.value}`),
  rank: ({ output }) => output?.winner?.createdIndex ?? 0,
};

export interface ListedMember {
  readonly id: string;
  readonly value: string;
  readonly index: number;
}

/** A registration, or a read of the whole list. */
export type MembersInput =
  | { readonly type: 'register'; readonly id: string; readonly value: string }
  | { readonly type: 'list' };

/** Of a registration: its index, undefined where it was refused. Of a list: X-Etcd-Index and the members. */
export interface MembersOutput {
  readonly index: number | undefined;
  readonly members?: readonly ListedMember[];
}

/** The members in the order of registration, and the last index that is known to be over. */
interface MembersState {
  readonly members: readonly ListedMember[];
  readonly index: number;
}

type MembersCall = Call<MembersInput, MembersOutput>;

/**
 * One token: a registration gets the next place and an index above all before it; the same one again gets its
 * first index; the same id with another value is refused. A list shows all of it at an index.
 */
export const MEMBERS: Model<MembersState, MembersInput, MembersOutput> = {
  initial: { members: [], index: 0 },
  step(state, { input, output }) {
    if (output === undefined) throw new Error('a registry without answers is not modelled');
    const { members } = state;
    if (input.type === 'list') {
      const { index = 0, members: listed = [] } = output;
      const fits = index >= state.index && listed.length === members.length;
      return fits && listed.every((member, place) => isSame(member, members[place])) ? state : undefined;
    }
    const { id, value } = input;
    const there = members.find((member) => member.id === id);
    const { index } = output;
    if (there !== undefined) {
      const isFirstAnswer = there.value === value && there.index === index;
      return isFirstAnswer || (there.value !== value && index === undefined) ? state : undefined;
    }
    if (index === undefined || index <= state.index) return undefined;
    return { members: [...members, { id, value, index }], index };
  },
  keyOf: ({ members }) => members.map(({ index }) => index).join(' '),
  rank: (call) => indexOf(call),
};

function indexOf({ output }: MembersCall): number {
  return output?.index ?? 0;
}

function isSame(a: ListedMember, b: ListedMember | undefined): boolean {
  return a.id === b?.id && a.value === b.value && a.index === b.index;
}
