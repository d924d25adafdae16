import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Decision, Entry, Operation, TokenRange } from '../store/store.ts';
import { assertWelcome } from './guard.ts';
import { memberKey, noteKey } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { findSalt } from './member-id.ts';
import { type MemberValue, type NamedMember, parseMemberValue } from './member-value.ts';
import { formatNote, type Note } from './note.ts';
import type { Member, RegistryContent } from './registry-state.ts';
import { assertCondition, type WriteCondition, writeActionOf } from './write-condition.ts';

/** A request to register a member, the same over every dialect. */
export interface RegistrationRequest {
  readonly token: string;
  readonly memberId: string;
  readonly text: string;
  readonly condition: WriteCondition;
  /** The end of the key that the client asked for, in milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  readonly dialect: 'v2' | 'v3';
  readonly from: string;
  /** Every text that the member may have hashed its id with. */
  readonly salts: readonly string[];
  readonly wantedSalt: string | undefined;
  readonly formatRelease: (memberId: string) => string;
  /** Whether the connection that made the registration is alive, and is not the one that asks now. */
  readonly isTwinConnected: boolean;
}

/** What a write of a key came to. */
export interface WriteOutcome {
  /** `created`: a new key. `replaced`: a new value. `repeated`: nothing changed, the first answer stands. */
  readonly kind: 'created' | 'replaced' | 'repeated';
  readonly previous?: Entry;
  /** This registration took the last free slot. */
  readonly completed: boolean;
  /** The end that readers are shown: milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
}

/** What the operator decided about registrations. */
export interface RegistrationPolicy {
  readonly guard: boolean;
}

const encoder = new TextEncoder();

/**
 * Decides on one registration (rules 3, 4, 5 and 8 of the registry).
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `duplicate-member`, `guard-refused`, `limit-exceeded`, `unknown-key`, `compare-failed`,
 *   `key-exists` or one of a token that cannot be used
 */
export function decideRegistration(
  range: TokenRange,
  request: RegistrationRequest,
  policy: RegistrationPolicy,
  now: number,
): Decision<WriteOutcome> {
  const content = readLiveContent(range, now);
  const existing = content.membersById.get(request.memberId);
  const value = parseMemberValue(request.text);
  if (existing?.value?.form === 'named') return decideRepetition(content, existing, request);
  assertCondition(request.condition, existing?.entry, existing?.text);
  assertForm(content, value, request);
  if (existing !== undefined) return write(content, request, value, now, existing);
  assertRoom(content);
  const salt = policy.guard ? assertGuard(content, request, value) : undefined;
  return write(content, request, value, now, undefined, salt);
}

/** The member is registered: the same value again is the first answer again, or a second machine (rule 4). */
function decideRepetition(
  content: RegistryContent,
  existing: Member,
  request: RegistrationRequest,
): Decision<WriteOutcome> {
  const { condition } = request;
  if (condition.exists !== false) assertCondition(condition, existing.entry, existing.text);
  if (existing.text !== request.text) throw duplicateError(existing, 'with another value');
  if (request.isTwinConnected) {
    throw duplicateError(existing, 'by a machine that is still connected: two machines have one identity');
  }
  const isComplete = content.members.length >= content.record.size;
  if (isComplete && existing.note?.told === true) {
    throw startedError(existing);
  }
  const outcome: WriteOutcome = { kind: 'repeated', completed: false, ...shownEnd(existing.note?.expiresAt) };
  return { operations: [], outcome };
}

function duplicateError(existing: Member, how: string): MusterError {
  return new MusterError('duplicate-member', `member ${existing.id} is registered already, ${how}`, {
    remedy: 'give every machine its own --name and --initial-advertise-peer-urls',
  });
}

/** A member that started and lost its data would corrupt its log if it came back under its old id (rule 4). */
function startedError(existing: Member): MusterError {
  const { name, peerUrls } = existing.value as NamedMember;
  return new MusterError(
    'member-started',
    `member ${existing.id} (${name}) has joined its cluster before, so it cannot start again with empty data`,
    {
      remedy:
        `on a running member: etcdctl member remove ${existing.id}, then etcdctl member add ${name} ` +
        `--peer-urls=${peerUrls.join(',')}, then start this one with --initial-cluster-state=existing and the ` +
        '--initial-cluster that member add printed',
    },
  );
}

/** The first registration fixes the form: etcd 0.4 and etcd >= 2.0 cannot read each other's values. */
function assertForm(
  content: RegistryContent,
  value: MemberValue | undefined,
  request: RegistrationRequest,
): asserts value is MemberValue {
  if (value === undefined) {
    throw new MusterError('guard-refused', `cannot register "${request.text.slice(0, 100)}" as a member`, {
      remedy: 'the value must be name=peer-URL, such as n1=http://10.0.0.1:2380',
    });
  }
  const first = content.members[0]?.value;
  if (first === undefined || first.form === value.form) return;
  const eras = { named: 'etcd 2.0 or newer', bare: 'etcd 0.4' };
  throw new MusterError(
    'guard-refused',
    `this token is in use by ${eras[first.form]}, and ${eras[value.form]} cannot join it`,
    { remedy: 'run one etcd version on all machines, with a new token' },
  );
}

function assertRoom(content: RegistryContent): void {
  const max = content.record.size + LIMITS.overflowMembersMax;
  if (content.members.length < max) return;
  throw new MusterError('limit-exceeded', `this cluster of ${content.record.size} is full many times over`, {
    remedy: 'start further machines with --initial-cluster, or as proxies of the members',
  });
}

/** Runs the guard, and answers the salt that the member used, where that is known. */
function assertGuard(
  content: RegistryContent,
  request: RegistrationRequest,
  value: MemberValue,
): string | undefined {
  if (value.form === 'bare') return undefined;
  const salt = findSalt(request.memberId, value.peerUrls, request.salts);
  assertWelcome({ ...request, value, salt }, content.members);
  return salt;
}

function write(
  content: RegistryContent,
  request: RegistrationRequest,
  value: MemberValue,
  now: number,
  existing?: Member,
  salt?: string,
): Decision<WriteOutcome> {
  const key = memberKey(request.memberId);
  const tokenEnd = content.record.expiresAt;
  // Waiting members must not see a member vanish: only the values of etcd 0.4 end by themselves (rule 5).
  const ownEnd = value.form === 'bare' ? request.expiresAt : undefined;
  const expiresAt = Math.min(ownEnd ?? tokenEnd, tokenEnd);
  const note: Note = {
    at: existing?.note?.at ?? now,
    from: request.from,
    dialect: request.dialect,
    action: writeActionOf(request.condition),
    ...(salt === undefined ? {} : { salt }),
    ...shownEnd(request.expiresAt),
  };
  const operations: Operation[] = [
    { type: 'put', key, value: encoder.encode(request.text), expiresAt },
    { type: 'put', key: noteKey(key), value: formatNote(note), expiresAt },
  ];
  const completed = existing === undefined && content.members.length + 1 === content.record.size;
  const end = shownEnd(request.expiresAt);
  const outcome: WriteOutcome = existing
    ? { kind: 'replaced', previous: existing.entry, completed, ...end }
    : { kind: 'created', completed, ...end };
  return { operations, outcome };
}

function shownEnd(expiresAt: number | undefined): { expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt };
}
