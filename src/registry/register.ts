import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Decision, TokenRange } from '../store/store.ts';
import { assertMemberId, assertMemberValue } from './bounds.ts';
import { assertWelcome } from './guard.ts';
import { memberKey } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { findSalt } from './member-id.ts';
import { type MemberValue, parseMemberValue } from './member-value.ts';
import type { Member, RegistryContent } from './registry-state.ts';
import { decideRepetition, type RegisteredMember, type Repetition } from './repeat.ts';
import type { WriteOutcome } from './shown-entry.ts';
import { assertCondition, writeActionOf } from './write-condition.ts';
import { decideWrite } from './write-key.ts';

/** A request to register a member, the same over every dialect. */
export interface RegistrationRequest extends Repetition {
  readonly token: string;
  readonly memberId: string;
  /** The end of the key that the client asked for, in milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  readonly dialect: 'v2' | 'v3';
  readonly from: string;
  /** Every text that the member may have hashed its id with. */
  readonly salts: readonly string[];
  readonly wantedSalt: string | undefined;
  readonly formatRelease: (memberId: string) => string;
}

/** What the operator decided about registrations. */
export interface RegistrationPolicy {
  readonly guard: boolean;
  /** Others can write to the store, so what a member registered is noted beside it. */
  readonly notesText?: boolean;
}

/**
 * Decides on one registration (rules 3, 4, 5 and 8 of the registry).
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `duplicate-member`, `member-started`, `guard-refused`, `limit-exceeded`, `unknown-key`,
 *   `compare-failed`, `key-exists` or one of a token that cannot be used
 */
export function decideRegistration(
  range: TokenRange,
  request: RegistrationRequest,
  policy: RegistrationPolicy,
  now: number,
): Decision<WriteOutcome> {
  const content = readLiveContent(range, now);
  const existing = content.membersById.get(request.memberId);
  if (existing !== undefined && isNamed(existing)) return decideRepetition(content, existing, request);
  assertMemberId(request.memberId);
  assertMemberValue(request.text);
  assertCondition(request.condition, existing?.entry, existing?.text);
  const value = parseMemberValue(request.text);
  assertForm(content, value, request);
  if (existing !== undefined) return write(content, { request, policy, value }, now, existing);
  assertRoom(content);
  const salt = saltOf(request, value);
  if (policy.guard && value.form === 'named') assertWelcome({ ...request, value, salt }, content.members);
  return write(content, { request, policy, value }, now, undefined, salt);
}

function isNamed(member: Member): member is RegisteredMember {
  return member.value?.form === 'named';
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
  const first = content.members.find((member) => member.value !== undefined)?.value;
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

/** The text that the member hashed its id with, where it is one of those that Muster can know. */
function saltOf({ memberId, salts }: RegistrationRequest, value: MemberValue): string | undefined {
  return value.form === 'named' ? findSalt(memberId, value.peerUrls, salts) : undefined;
}

function write(
  { record, members }: RegistryContent,
  {
    request,
    policy,
    value,
  }: {
    readonly request: RegistrationRequest;
    readonly policy: RegistrationPolicy;
    readonly value: MemberValue;
  },
  now: number,
  existing?: Member,
  salt?: string,
): Decision<WriteOutcome> {
  const { memberId, text, from, dialect, condition, expiresAt } = request;
  // Waiting members must not see a member vanish: only the values of etcd 0.4 end by themselves (rule 5).
  const ownEnd = value.form === 'bare' ? expiresAt : undefined;
  return decideWrite({
    key: memberKey(memberId),
    text,
    expiresAt: Math.min(ownEnd ?? record.expiresAt, record.expiresAt),
    note: {
      at: existing?.note?.at ?? now,
      from,
      dialect,
      action: writeActionOf(condition),
      ...(salt === undefined ? {} : { salt }),
      ...(policy.notesText === true && value.form === 'named' ? { text } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
    previous: existing && { entry: existing.entry, expiresAt: existing.note?.expiresAt },
    completed: existing === undefined && members.length + 1 === record.size,
  });
}
