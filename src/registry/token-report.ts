import type { Finding } from './findings/finding.ts';
import { type Attempt, listFindings } from './findings.ts';
import { type Lifecycle, lifecycleOf, type Member, type RegistryContent } from './registry-state.ts';

/** One member of a token, for people and for programs that are no member. */
export interface MemberReport {
  /** The id that the member registered under: hex digits, or the name of a machine of etcd 0.4. */
  readonly id: string;
  /** Null where what is registered has no name: etcd 0.4, or what is no member's value at all. */
  readonly name: string | null;
  readonly peerUrls: readonly string[];
  /** What is registered, as it is. */
  readonly value: string;
  /** From 1 to the cluster size, in the order of registration; null for a member that came after the last slot. */
  readonly slot: number | null;
  /** RFC 3339; null where it is not known, as for what was written to an etcd store directly. */
  readonly registeredAt: string | null;
  /** The source address of the registration; null where it is not known. */
  readonly from: string | null;
  readonly dialect: 'v2' | 'v3' | null;
  /** Whether the member is known to have received the answer to its registration. */
  readonly received: boolean;
}

/**
 * All that Muster can say about one token. It is JSON: `GET /v1/tokens/<token>` answers it, the page shows it, and
 * `muster status` prints it. Times are RFC 3339 in UTC.
 */
export interface TokenReport {
  readonly token: string;
  readonly state: Lifecycle;
  readonly size: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly revokedAt: string | null;
  /** When the last slot was taken; null while there are free ones, or where it is not known. */
  readonly completedAt: string | null;
  /** The store's revision that this was read at: a later report of the same revision has the same members. */
  readonly revision: number;
  /** How many members have yet to come. */
  readonly missing: number;
  /** In the order of registration: the first `size` hold the slots. */
  readonly members: readonly MemberReport[];
  /** etcd's `--initial-cluster`; null while the cluster is not complete, and for machines of etcd 0.4. */
  readonly initialCluster: string | null;
  /** The gravest first. */
  readonly findings: readonly Finding[];
}

/** Whether the token of a report is over, so that nothing happens to it any more. */
export function isOver({ state }: Pick<TokenReport, 'state'>): boolean {
  return state === 'expired' || state === 'revoked';
}

/** What a report is made from. */
export interface ReportSource {
  readonly token: string;
  readonly revision: number;
  readonly content: RegistryContent;
  readonly attempts: readonly Attempt[];
}

/**
 * The report of a token, also of one that is over.
 *
 * @param now milliseconds since the Unix epoch
 */
export function reportToken({ token, revision, content, attempts }: ReportSource, now: number): TokenReport {
  const { record, members } = content;
  const slots = members.slice(0, record.size);
  const isComplete = slots.length === record.size;
  return {
    token,
    state: lifecycleOf(content, now),
    size: record.size,
    createdAt: formatTime(record.createdAt) ?? '',
    expiresAt: formatTime(record.expiresAt) ?? '',
    revokedAt: formatTime(record.revokedAt),
    completedAt: isComplete ? formatTime(slots.at(-1)?.note?.at) : null,
    revision,
    missing: record.size - slots.length,
    members: members.map((member, index) => reportMember(member, index < record.size ? index + 1 : null)),
    initialCluster: isComplete ? formatInitialCluster(slots) : null,
    findings: listFindings(content, now, attempts),
  };
}

function reportMember({ id, text, value, note }: Member, slot: number | null): MemberReport {
  return {
    id,
    name: value?.form === 'named' ? value.name : null,
    peerUrls: value === undefined ? [] : value.form === 'named' ? value.peerUrls : [value.url],
    value: text,
    slot,
    registeredAt: formatTime(note?.at),
    from: note === undefined || note.from === '' || note.from === 'unknown' ? null : note.from,
    dialect: note?.dialect ?? null,
    received: note?.told === true,
  };
}

/** As etcd puts it together from the values of the members (server/etcdserver/api/v2discovery/discovery.go, nodesToCluster). */
function formatInitialCluster(slots: readonly Member[]): string | null {
  return slots.every(({ value }) => value?.form === 'named') ? slots.map(({ text }) => text).join(',') : null;
}

/** A time of a record or a note, which may hold any number. */
function formatTime(ms: number | undefined): string | null {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
