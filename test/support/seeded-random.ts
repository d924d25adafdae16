import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A source of its own, for one of several clients whose turns interleave. */
  fork(): Random;
}

/** @param seed a whole number below 2^32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32, by Tommy Ettinger (public domain).
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('nothing to pick from');
      return items[integer(0, items.length - 1)] as T;
    },
    chance: (probability) => next() < probability,
    fork: () => createRandom(integer(0, 2 ** 32 - 1)),
  };
}

/**
 * Runs the body of a test with a random source whose seed stands in the test's output and in its failure.
 * `MUSTER_TEST_SEED` repeats a seed; what the clock and the scheduler add, no seed repeats.
 */
export async function withSeed(t: TestContext, body: (random: Random) => Promise<void>): Promise<void> {
  const { MUSTER_TEST_SEED: given } = process.env;
  const seed = given === undefined ? randomInt(2 ** 32) : Number(given);
  t.diagnostic(`seed ${seed}`);
  try {
    await body(createRandom(seed));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message}\n(repeat with MUSTER_TEST_SEED=${seed})`, { cause: error });
  }
}
