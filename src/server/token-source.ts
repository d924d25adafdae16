import { randomBytes, randomFillSync } from 'node:crypto';

const TOKEN_BYTES = 16;
/** A call for random bytes costs the same for one token as for many. */
const TOKENS_AT_ONCE = 256;

/** Makes tokens: 128 random bits each, as 32 lower-case hex digits. */
export function createTokenSource(): () => string {
  const pool = Buffer.alloc(TOKEN_BYTES * TOKENS_AT_ONCE);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      randomFillSync(pool);
      next = 0;
    }
    const token = pool.toString('hex', next, next + TOKEN_BYTES);
    next += TOKEN_BYTES;
    return token;
  };
}

const SECRET_BYTES = 24;

/** Makes a management secret: 192 random bits, in characters that need no quoting anywhere. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
