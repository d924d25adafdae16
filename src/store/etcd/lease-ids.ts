/**
 * The ids of leases tell when their keys expire: the first 15 bits say that a lease is Muster's, the other 48 have the
 * time in seconds since the Unix epoch. So replicas agree on a lease without asking one another, all keys that expire
 * in the same second share one, and a key tells its end by itself.
 */
const MARK = 0x4d75n << 48n;
const SECONDS_MASK = (1n << 48n) - 1n;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** The id of the lease for keys that expire at a time, in milliseconds since the Unix epoch. */
export function leaseIdOf(expiresAt: number): bigint {
  return MARK | BigInt(Math.ceil(expiresAt / 1000));
}

/** When the keys of a lease expire, in milliseconds since the Unix epoch; undefined for no lease, or one of others. */
export function expiryOf(leaseId: bigint): number | undefined {
  return (leaseId & ~SECONDS_MASK) === MARK ? Number(leaseId & SECONDS_MASK) * 1000 : undefined;
}

/**
 * The time at which a key really expires: the next full second, and for those far ahead the next full minute or hour,
 * so that a service with a hundred thousand tokens a day has thousands of leases and not millions. Taken again, a time
 * that was rounded stays as it is.
 */
export function roundExpiry(expiresAt: number, now: number): number {
  const left = (expiresAt - now) / 1000;
  const step = left > 30 * DAY ? HOUR : left > DAY ? MINUTE : 1;
  return Math.ceil(expiresAt / (step * 1000)) * step * 1000;
}
