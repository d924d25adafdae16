import type { RegisteredMember } from '../../join/discovered-member.ts';
import { memberKey, RECORD_KEY, SIZE_KEY } from '../../registry/keys.ts';
import { formatRecord } from '../../registry/record.ts';
import { readContent } from '../../registry/registry-state.ts';
import { reportToken, type TokenReport } from '../../registry/token-report.ts';
import type { Entry } from '../../store/store.ts';

/** What a service tells of a token that is none of Muster. */
export interface MembersOfToken {
  readonly url: string;
  readonly size: number;
  readonly members: readonly RegisteredMember[];
  readonly revision: number;
}

const encoder = new TextEncoder();
/** Longer than any token lives: the end of this one is not known, so that nothing is to be said of it. */
const UNKNOWN_END_MS = 100 * 365 * 86_400_000;

/** The report of a token of which only size and members are known: its times are empty, or null. */
export function reportMembers({ url, size, members, revision }: MembersOfToken, now: number): TokenReport {
  const entries: Entry[] = [
    entryOf(RECORD_KEY, formatRecord({ size, createdAt: now, expiresAt: now + UNKNOWN_END_MS }), 1),
    entryOf(SIZE_KEY, encoder.encode(String(size)), 1),
    ...members.map(({ memberId, value, createRevision }) =>
      entryOf(memberKey(memberId), encoder.encode(value), createRevision),
    ),
  ];
  const content = readContent({ entries, revision });
  if (content === undefined) throw new Error('a record that was just made cannot be read');
  const token = new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? '';
  const report = reportToken({ token, revision, content, attempts: [] }, now);
  return {
    ...report,
    createdAt: '',
    expiresAt: '',
    // Since when it waits is not known, and that it does, the verdict says.
    findings: report.findings.filter(({ id }) => id !== 'waiting'),
  };
}

function entryOf(key: string, value: Uint8Array, createRevision: number): Entry {
  return { key, value, createRevision, modRevision: createRevision, version: 1 };
}
