import type { Clock } from '../clock/clock.ts';
import { LIMITS } from '../limits.ts';
import { networkOf } from './ip-address.ts';

/** What an address may still do. */
interface Bucket {
  tokens: number;
  /** When `tokens` was right: milliseconds since the Unix epoch. */
  filledAt: number;
}

/** Counts what addresses do. */
export interface RateLimiter {
  /**
   * Counts one thing that a normalized address does. Undefined where it may; otherwise the whole seconds, at
   * least 1, after which it may again. What is refused is not counted.
   */
  take(address: string): number | undefined;
  /** How many addresses are remembered. */
  readonly addresses: number;
}

const MINUTE_MS = 60_000;
/** Fractions add up with an error far below this; without it, exactly the told wait may turn out too short. */
const ROUNDING = 1e-6;

/**
 * Lets each address do `perMinute` things at once, and as many again over each minute (a token bucket). An IPv6
 * network of 64 bits is one address. At most `addressesMax` are remembered: when there are more, the half unseen
 * for longest is forgotten, and starts anew when it comes back.
 */
export function createRateLimiter(
  perMinute: number,
  clock: Clock,
  addressesMax: number = LIMITS.rateLimiterAddressesMax,
): RateLimiter {
  // Two generations instead of one list by last use: deleting the oldest key of a map, again and again, makes
  // its first key ever slower to find.
  let recent = new Map<string, Bucket>();
  let older = new Map<string, Bucket>();

  /** The bucket of a network, which becomes a recent one. */
  function bucketOf(network: string, now: number): Bucket {
    const known = recent.get(network);
    if (known !== undefined) return known;
    const bucket = older.get(network) ?? { tokens: perMinute, filledAt: now };
    if (recent.size >= addressesMax / 2) {
      older = recent;
      recent = new Map();
    } else {
      older.delete(network);
    }
    recent.set(network, bucket);
    return bucket;
  }

  return {
    get addresses(): number {
      return recent.size + older.size;
    },
    take(address) {
      const now = clock.now();
      const bucket = bucketOf(networkOf(address), now);
      // A clock that was set back fills nothing, and must not empty anything either.
      const elapsedMs = Math.max(0, now - bucket.filledAt);
      bucket.tokens = Math.min(perMinute, bucket.tokens + (elapsedMs * perMinute) / MINUTE_MS);
      bucket.filledAt = now;
      if (bucket.tokens >= 1 - ROUNDING) {
        bucket.tokens -= 1;
        return undefined;
      }
      return Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / perMinute - ROUNDING));
    },
  };
}
