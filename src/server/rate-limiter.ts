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
 * network of 64 bits is one address. At most `addressesMax` are remembered: the one unseen for longest is
 * forgotten first, and starts anew when it comes back.
 */
export function createRateLimiter(
  perMinute: number,
  clock: Clock,
  addressesMax: number = LIMITS.rateLimiterAddressesMax,
): RateLimiter {
  // In the order of last use, since a map keeps the order in which keys were added.
  const buckets = new Map<string, Bucket>();

  function filledBucket(network: string, now: number): Bucket {
    const bucket = buckets.get(network);
    if (bucket === undefined) return { tokens: perMinute, filledAt: now };
    buckets.delete(network);
    // A clock that was set back fills nothing, and must not empty anything either.
    const elapsedMs = Math.max(0, now - bucket.filledAt);
    bucket.tokens = Math.min(perMinute, bucket.tokens + (elapsedMs * perMinute) / MINUTE_MS);
    bucket.filledAt = now;
    return bucket;
  }

  return {
    get addresses(): number {
      return buckets.size;
    },
    take(address) {
      const network = networkOf(address);
      const bucket = filledBucket(network, clock.now());
      buckets.set(network, bucket);
      if (buckets.size > addressesMax) {
        for (const [oldest] of buckets) {
          buckets.delete(oldest);
          break;
        }
      }
      if (bucket.tokens >= 1 - ROUNDING) {
        bucket.tokens -= 1;
        return undefined;
      }
      return Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / perMinute - ROUNDING));
    },
  };
}
