import { systemClock } from '../../src/clock/clock.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import { createTokenSource } from '../../src/server/token-source.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { FakeClock } from './fake-clock.ts';

/**
 * Makes tokens for a cluster of 3 in a data folder, before a service opens it. Their lives may be shorter than a
 * service would let them be.
 *
 * @param endsInMs when each is over, from now on; before now where it is negative
 */
export async function prepareTokens(folder: string, endsInMs: readonly number[]): Promise<string[]> {
  const now = systemClock.now();
  // Long before all of them end, so that the store that makes them removes none.
  const clock = new FakeClock(now - HOUR_MS);
  await using store = await openLmdbStore({ folder, clock });
  const registry = new Registry({
    store,
    clock,
    createToken: createTokenSource(),
    policy: { guard: true },
    registrants: new Registrants(),
  });
  const tokens: string[] = [];
  for (const ms of endsInMs) {
    tokens.push(await registry.create({ size: 3, ttlSeconds: (HOUR_MS + ms) / 1000 }));
  }
  return tokens;
}

const HOUR_MS = 3_600_000;
