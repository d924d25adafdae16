import { createHash } from 'node:crypto';

/** What secrets are compared by, with `timingSafeEqual`: neither the time nor the length tells anything about them. */
export function digestSecret(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
