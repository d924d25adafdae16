import { createHash, timingSafeEqual } from 'node:crypto';
import { MusterError } from '../errors.ts';
import type { TokenRecord } from './record.ts';

/** By what right somebody wants to extend or to revoke a token. */
export interface ManagementClaim {
  readonly isAdmin: boolean;
  /** The management secret that was sent. */
  readonly secret: string | undefined;
}

/** What is stored of a management secret, in hex: it is random and long, so that a bare digest says nothing about it. */
export function digestManagementSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * Lets through whoever made the token with a management secret, and the operator. The token alone does not do: every
 * machine of the cluster has it (rule 7).
 *
 * @throws MusterError `not-permitted`
 */
export function assertManages({ secretDigest }: TokenRecord, { isAdmin, secret }: ManagementClaim): void {
  if (isAdmin) return;
  if (secretDigest === undefined) {
    throw new MusterError('not-permitted', 'this token was made without a management secret', {
      remedy: 'ask the operator, whose admin token may do this, or make tokens with POST /v1/tokens',
    });
  }
  if (secret === undefined) {
    throw new MusterError('not-permitted', 'this takes the management secret of the token', {
      remedy:
        'send it as the header "Authorization: Bearer SECRET"; it was shown once, when the token was made',
    });
  }
  const given = Buffer.from(digestManagementSecret(secret), 'hex');
  const wanted = Buffer.from(secretDigest, 'hex');
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new MusterError('not-permitted', 'this is not the management secret of the token', {
    remedy: 'send the one that was shown when this token was made',
  });
}
