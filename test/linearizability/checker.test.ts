import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withSeed } from '../support/seeded-random.ts';
import { type Call, findLinearization, type Model } from './checker.ts';
import type { MembersInput, MembersOutput } from './models.ts';
import { ELECTION, type ElectionInput, type ElectionOutput, type ListedMember, MEMBERS } from './models.ts';

type ElectionCall = Call<ElectionInput, ElectionOutput>;

function create(invokedAt: number, respondedAt: number, value: string, createdIndex?: number): ElectionCall {
  const winner = createdIndex === undefined ? {} : { winner: { value, createdIndex } };
  return { invokedAt, respondedAt, input: { type: 'create', value }, output: { index: 9, ...winner } };
}

function read(invokedAt: number, respondedAt: number, value?: string, createdIndex = 5): ElectionCall {
  const winner = value === undefined ? {} : { winner: { value, createdIndex } };
  return { invokedAt, respondedAt, input: { type: 'read' }, output: { index: 9, ...winner } };
}

function isLinearizable<S, I, O>(history: Call<I, O>[], model: Model<S, I, O>): boolean {
  return findLinearization(history, model) !== undefined;
}

describe('an election', () => {
  test('with one winner, and losers and readers around it, is accepted', () => {
    const history = [
      read(1, 8),
      create(2, 5, 'a', 5),
      create(3, 6, 'b'),
      read(4, 9, 'a'),
      create(10, 11, 'c'),
    ];
    assert.equal(isLinearizable(history, ELECTION), true);
  });

  test('with two winners is rejected', () => {
    assert.equal(isLinearizable([create(1, 4, 'a', 5), create(2, 3, 'b', 6)], ELECTION), false);
  });

  test('that is lost by everybody is rejected', () => {
    assert.equal(isLinearizable([create(1, 3, 'a'), create(2, 4, 'b')], ELECTION), false);
  });

  test('that is lost before the winner asked is rejected', () => {
    assert.equal(isLinearizable([create(1, 2, 'a'), create(3, 4, 'b', 5)], ELECTION), false);
  });

  test('whose winner is not to be seen afterwards is rejected', () => {
    assert.equal(isLinearizable([create(1, 2, 'a', 5), read(3, 4)], ELECTION), false);
  });

  test('whose winner is seen, and then not any more, is rejected', () => {
    assert.equal(isLinearizable([create(1, 9, 'a', 5), read(2, 3, 'a'), read(4, 5)], ELECTION), false);
  });

  test('whose winner is seen with another index is rejected', () => {
    assert.equal(isLinearizable([create(1, 2, 'a', 5), read(3, 4, 'a', 6)], ELECTION), false);
  });

  test('may be won by a create that never got an answer', () => {
    const unanswered: ElectionCall = {
      ...create(1, Number.POSITIVE_INFINITY, 'a'),
      output: undefined,
    };
    assert.equal(isLinearizable([unanswered, create(2, 3, 'b')], ELECTION), true);
    assert.equal(isLinearizable([unanswered, create(2, 3, 'b', 5)], ELECTION), true);
    assert.equal(isLinearizable([{ ...unanswered, invokedAt: 4 }, create(2, 3, 'b')], ELECTION), false);
  });
});

type MembersCall = Call<MembersInput, MembersOutput>;

function register(
  invokedAt: number,
  respondedAt: number,
  id: string,
  index?: number,
  value = id,
): MembersCall {
  return { invokedAt, respondedAt, input: { type: 'register', id, value }, output: { index } };
}

function list(
  invokedAt: number,
  respondedAt: number,
  index: number,
  ...members: ListedMember[]
): MembersCall {
  return { invokedAt, respondedAt, input: { type: 'list' }, output: { index, members } };
}

const A: ListedMember = { id: 'a', value: 'a', index: 5 };
const B: ListedMember = { id: 'b', value: 'b', index: 6 };

describe('a list of members', () => {
  test('that grows by one at a time is accepted', () => {
    const history = [
      list(1, 2, 4),
      register(3, 8, 'a', 5),
      register(4, 9, 'b', 6),
      list(5, 6, 5, A),
      list(7, 10, 6, A, B),
    ];
    assert.equal(isLinearizable(history, MEMBERS), true);
  });

  test('in another order for another reader is rejected', () => {
    const history = [
      register(1, 2, 'a', 5),
      register(3, 4, 'b', 6),
      list(5, 6, 7, A, B),
      list(7, 8, 7, B, A),
    ];
    assert.equal(isLinearizable(history, MEMBERS), false);
  });

  test('without a member that was acknowledged before is rejected', () => {
    assert.equal(isLinearizable([register(1, 2, 'a', 5), list(3, 4, 7)], MEMBERS), false);
  });

  test('that shrinks is rejected', () => {
    assert.equal(isLinearizable([register(1, 9, 'a', 5), list(2, 3, 7, A), list(4, 5, 7)], MEMBERS), false);
  });

  test('with a member that is younger than the index of the list is rejected', () => {
    assert.equal(isLinearizable([register(1, 4, 'a', 5), list(2, 3, 4, A)], MEMBERS), false);
  });

  test('with two readers who each see another one first is rejected', () => {
    const history = [register(1, 9, 'a', 5), register(2, 9.5, 'b', 6), list(3, 4, 6, A), list(5, 6, 6, B)];
    assert.equal(isLinearizable(history, MEMBERS), false);
  });

  test('whose indexes run against time is rejected', () => {
    assert.equal(isLinearizable([register(1, 2, 'a', 6), register(3, 4, 'b', 5)], MEMBERS), false);
  });

  test('where one id was given to two values is rejected', () => {
    assert.equal(isLinearizable([register(1, 2, 'a', 5), register(3, 4, 'a', 6, 'z')], MEMBERS), false);
    assert.equal(
      isLinearizable([register(1, 2, 'a', 5), register(3, 4, 'a', undefined, 'z')], MEMBERS),
      true,
    );
  });

  test('where the same registration again gets another index is rejected', () => {
    assert.equal(isLinearizable([register(1, 2, 'a', 5), register(3, 4, 'a', 5)], MEMBERS), true);
    assert.equal(isLinearizable([register(1, 2, 'a', 5), register(3, 4, 'a', 6)], MEMBERS), false);
  });
});

/** A history that a correct registry could have made: each call takes effect at a moment within it. */
function makeHistory(random: { integer(min: number, max: number): number }): MembersCall[] {
  const effects = Array.from({ length: 200 }, (_, place) => ({
    at: place * 100,
    invokedAt: place * 100 - random.integer(1, 3000) - place / 1000,
    respondedAt: place * 100 + random.integer(1, 3000) + place / 1000,
  }));
  const members: ListedMember[] = [];
  return effects.map(({ at, invokedAt, respondedAt }, place) => {
    const index = at + 5;
    if (random.integer(0, 2) === 0) return list(invokedAt, respondedAt, index, ...members);
    members.push({ id: `m${place}`, value: `m${place}`, index });
    return register(invokedAt, respondedAt, `m${place}`, index);
  });
}

test('every history that one order explains is accepted, and a list with two members exchanged is not', (t) =>
  withSeed(t, async (random) => {
    for (let round = 0; round < 20; round++) {
      const history = makeHistory(random);
      assert.equal(isLinearizable(history, MEMBERS), true);
      const place = history.findLastIndex(({ output }) => (output?.members?.length ?? 0) > 1);
      const call = history[place] as MembersCall;
      const [first, second, ...rest] = call.output?.members ?? [];
      if (first === undefined || second === undefined) continue;
      history[place] = list(
        call.invokedAt,
        call.respondedAt,
        call.output?.index ?? 0,
        second,
        first,
        ...rest,
      );
      assert.equal(isLinearizable(history, MEMBERS), false);
    }
  }));
