import { MusterError } from '../errors.ts';
import type { Decision, Operation } from '../store/store.ts';
import type { NamedMember } from './member-value.ts';
import type { Member, RegistryContent } from './registry-state.ts';
import type { WriteOutcome } from './shown-entry.ts';
import { toldOperation } from './told.ts';
import { assertCondition, type WriteCondition, writeActionOf } from './write-condition.ts';

/** What of a registration matters where the member is registered already. */
export interface Repetition {
  readonly text: string;
  readonly condition: WriteCondition;
  /** Whether the connection that made the registration is alive, and is not the one that asks now. */
  readonly isTwinConnected: boolean;
  /** The revision since which the member is known to be away and to have seen nothing, where that is known. */
  readonly awaySinceRevision: number | undefined;
}

/** A member with a value of etcd >= 2.0. */
export type RegisteredMember = Member & { readonly value: NamedMember };

/**
 * Decides on the registration of a member that is registered: the same value again is answered as the first
 * time, unless it comes from a second machine, or from one that may have run already (rule 4).
 *
 * @throws MusterError `duplicate-member`, `member-started`, `unknown-key` or `compare-failed`
 */
export function decideRepetition(
  { members, record }: RegistryContent,
  existing: RegisteredMember,
  request: Repetition,
): Decision<WriteOutcome> {
  const { condition } = request;
  if (condition.exists !== false) assertCondition(condition, existing.entry, existing.text);
  if (existing.text !== request.text) throw duplicateError(existing, 'with another value');
  if (request.isTwinConnected) {
    throw duplicateError(existing, 'by a machine that is still connected: two machines have one identity');
  }
  const isComplete = members.length >= record.size;
  const holdsSlot = members.indexOf(existing) < record.size;
  const isTold = existing.note?.told === true;
  if (isComplete && holdsSlot && isTold && !leftBeforeCompletion(members, record.size, request)) {
    throw startedError(existing);
  }
  // What was received is the answer to an earlier registration; this one can be lost as well.
  const operations: Operation[] = isTold ? [toldOperation(existing, existing.note, false)] : [];
  const shown = { entry: existing.entry, expiresAt: existing.note?.expiresAt };
  const outcome: WriteOutcome = {
    kind: 'repeated',
    action: existing.note?.action ?? writeActionOf(condition),
    shownAt: () => shown,
    previous: undefined,
    completed: false,
  };
  return { operations, outcome };
}

/** A member that left before the last slot was taken, and has read nothing since, has never started. */
function leftBeforeCompletion(
  members: RegistryContent['members'],
  size: number,
  { awaySinceRevision }: Repetition,
): boolean {
  const completedAt = members[size - 1]?.entry.createRevision;
  return awaySinceRevision !== undefined && completedAt !== undefined && awaySinceRevision < completedAt;
}

function duplicateError(existing: Member, how: string): MusterError {
  return new MusterError('duplicate-member', `member ${existing.id} is registered already, ${how}`, {
    remedy: 'give every machine its own --name and --initial-advertise-peer-urls',
  });
}

/** A member that started and lost its data would corrupt its log if it came back under its old id. */
function startedError({ id, value: { name, peerUrls } }: RegisteredMember): MusterError {
  return new MusterError(
    'member-started',
    `member ${id} (${name}) has joined its cluster before, so it cannot start again with empty data`,
    {
      remedy:
        `on a running member: etcdctl member remove ${id}, then etcdctl member add ${name} ` +
        `--peer-urls=${peerUrls.join(',')}, then start this one with --initial-cluster-state=existing and the ` +
        '--initial-cluster that member add printed',
    },
  );
}
