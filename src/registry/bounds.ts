import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNREADABLE = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

/**
 * Refuses an id that could not be shown or found again. Ids of etcd >= 2.0 are 1 to 16 hex digits, names of
 * etcd 0.4 machines are free text, so nothing more is asked of them.
 *
 * @throws MusterError `guard-refused`
 */
export function assertMemberId(memberId: string): void {
  const isHidden = memberId.startsWith('_');
  const isPath = memberId === '' || memberId === '.' || memberId === '..' || memberId.includes('/');
  const isLong = Buffer.byteLength(memberId) > LIMITS.memberIdMaxBytes;
  if (!isHidden && !isPath && !isLong && !UNREADABLE.test(memberId)) return;
  const shown = JSON.stringify(memberId.slice(0, 40));
  throw new MusterError('guard-refused', `cannot register a member under the id ${shown}`, {
    remedy: `an id has 1 to ${LIMITS.memberIdMaxBytes} bytes, no slash, no control characters, and does not start with "_"`,
  });
}

/** @throws MusterError `limit-exceeded` for a value that is longer than any member needs */
export function assertValue(text: string): void {
  if (Buffer.byteLength(text) <= LIMITS.valueMaxBytes) return;
  throw new MusterError('limit-exceeded', `the value is over ${LIMITS.valueMaxBytes} bytes`, {
    remedy: 'a member registers name=peer-URL, with a few URLs at the most',
  });
}

/**
 * Refuses the value of a member that would end every other member that reads it: Go takes no control characters
 * in a URL (go: net/url, Parse).
 *
 * @throws MusterError `limit-exceeded` or `guard-refused`
 */
export function assertMemberValue(text: string): void {
  assertValue(text);
  if (!UNREADABLE.test(text)) return;
  throw new MusterError(
    'guard-refused',
    'cannot register a value that has control characters or is not UTF-8',
    {
      remedy: 'a member registers name=peer-URL, such as n1=http://10.0.0.1:2380',
    },
  );
}
