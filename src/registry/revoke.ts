import type { Decision, TokenRange } from '../store/store.ts';
import { RECORD_KEY, SIZE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { assertManages, type ManagementClaim } from './management.ts';
import { formatRecord } from './record.ts';

/**
 * Decides on the end of a token before its time. The removed size ends every watch; the members stay stored
 * until the token's own end, but nobody is shown them, so that a full registry takes two operations as well.
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `not-permitted`, `unknown-token`, `expired-token`, or `revoked-token` where it is revoked already
 */
export function decideRevocation(
  range: TokenRange,
  claim: ManagementClaim,
  now: number,
): Decision<undefined> {
  const { record, recordEntry } = readLiveContent(range, now);
  assertManages(record, claim);
  const { expiresAt } = recordEntry;
  return {
    operations: [
      { type: 'delete', key: SIZE_KEY },
      {
        type: 'put',
        key: RECORD_KEY,
        value: formatRecord({ ...record, revokedAt: now }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    ],
    outcome: undefined,
  };
}
