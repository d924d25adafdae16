import { MusterError } from '../errors.ts';
import type { TokenRange } from '../store/store.ts';
import { type LiveContent, lifecycleOf, type RegistryContent, readContent } from './registry-state.ts';

/** What a person can do about a token that cannot be used, whatever is the matter with it. */
const MAKE_A_NEW_ONE = 'make a new one with /new?size=N and give it to every member';

/**
 * The content of a token that may be used now.
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `unknown-token`, `expired-token` or `revoked-token`
 */
export function readLiveContent(range: TokenRange, now: number): LiveContent {
  const content = readContent(range);
  if (content === undefined) throw unknownTokenError();
  if (isLive(content, now)) return content;
  const { expiresAt, revokedAt } = content.record;
  if (revokedAt !== undefined) throw endedError('revoked-token', 'was revoked', revokedAt);
  throw endedError('expired-token', 'expired', Math.min(expiresAt, now));
}

export function unknownTokenError(): MusterError {
  return new MusterError('unknown-token', 'this token was never issued here', { remedy: MAKE_A_NEW_ONE });
}

function isLive(content: RegistryContent, now: number): content is LiveContent {
  const lifecycle = lifecycleOf(content, now);
  return lifecycle === 'open' || lifecycle === 'complete';
}

function endedError(code: 'expired-token' | 'revoked-token', verb: string, at: number): MusterError {
  const when = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  return new MusterError(code, `this token ${verb} on ${when}`, { remedy: MAKE_A_NEW_ONE });
}
