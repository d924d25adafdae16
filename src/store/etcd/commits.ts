import { type Event, Event_EventType } from '../../proto/kv_pb.ts';
import type { Commit, WatchEvent } from '../store.ts';
import { COMMIT_KEY, type Layout, toEntry } from './layout.ts';

/** What a commit of Muster says of itself, in the value of the key that each one writes. */
export interface CommitNote {
  /** It removes what is over. */
  readonly expired: boolean;
  /** How many keys it changes. */
  readonly changes: number;
  /** Tells it from every other commit. */
  readonly id: string;
}

/** The value of the commit key, such as `c2.1f3a-7`. */
export function formatCommitNote({ expired, changes, id }: CommitNote): Uint8Array {
  return Buffer.from(`${expired ? 'x' : 'c'}${changes}.${id}`);
}

/** Reads the value of the commit key; undefined where somebody else wrote it. */
export function parseCommitNote(value: Uint8Array): CommitNote | undefined {
  const [, mark, changes, id] = /^([cx])([0-9]+)\.(.+)$/.exec(Buffer.from(value).toString('latin1')) ?? [];
  return id === undefined ? undefined : { expired: mark === 'x', changes: Number(changes), id };
}

/** What one revision of etcd did to one token. */
export interface TokenCommit {
  readonly token: string;
  /** Without events where only the store's own key was written. */
  readonly commit: Commit;
  /** The revision, where Muster made the commit; undefined where something else wrote. */
  readonly commitRevision: number | undefined;
  /**
   * False where changes of the commit are missing: older releases of etcd forget what was removed in the very revision
   * that they were compacted to (etcd-io/etcd#18089).
   */
  readonly isWhole: boolean;
}

/**
 * The commits that events of a watch make up, in order. One transaction of etcd can be about several tokens.
 *
 * @param events with what was there before; all events of a revision, and in its order, as etcd sends them
 */
export function readCommits(events: readonly Event[], layout: Layout, now: () => number): TokenCommit[] {
  const commits: TokenCommit[] = [];
  let revision = 0n;
  let byToken = new Map<string, Event[]>();
  const end = (): void => {
    for (const [token, ofToken] of byToken) commits.push(readCommit(token, ofToken, layout, now));
  };
  for (const event of events) {
    const { kv } = event;
    if (kv === undefined) continue;
    if (kv.modRevision !== revision) {
      end();
      revision = kv.modRevision;
      byToken = new Map();
    }
    const token = layout.parse(kv.key)?.token;
    if (token === undefined) continue;
    const ofToken = byToken.get(token);
    if (ofToken === undefined) byToken.set(token, [event]);
    else ofToken.push(event);
  }
  end();
  return commits;
}

function readCommit(token: string, events: readonly Event[], layout: Layout, now: () => number): TokenCommit {
  const revision = Number(events[0]?.kv?.modRevision ?? 0n);
  const keyOf = ({ kv }: Event): string => layout.parse(kv?.key ?? new Uint8Array())?.key ?? '';
  const own = events.find((event) => keyOf(event) === COMMIT_KEY && event.type === Event_EventType.PUT);
  const note = own?.kv === undefined ? undefined : parseCommitNote(own.kv.value);
  const changes = events.filter((event) => keyOf(event) !== COMMIT_KEY);
  const toChange = (event: Event): WatchEvent => {
    const key = keyOf(event);
    const previous = event.prevKv === undefined ? undefined : toEntry(key, event.prevKv);
    if (event.type === Event_EventType.PUT && event.kv !== undefined) {
      const entry = toEntry(key, event.kv);
      return previous === undefined ? { type: 'put', entry } : { type: 'put', entry, previous };
    }
    // Where no commit of Muster removed the key, it was its lease, or somebody else.
    const expired =
      note === undefined ? previous?.expiresAt !== undefined && previous.expiresAt <= now() : note.expired;
    return { type: 'delete', key, previous: previous ?? unknownEntry(key, revision), expired };
  };
  return {
    token,
    commit: {
      revision,
      events: changes.map(toChange),
      ...(own === undefined ? { isForeign: true } : {}),
    },
    commitRevision: own === undefined ? undefined : revision,
    isWhole: note === undefined || changes.length >= note.changes,
  };
}

/** Stands for what a removal took away where etcd does not know it any more: it was compacted. */
function unknownEntry(key: string, revision: number): Extract<WatchEvent, { type: 'delete' }>['previous'] {
  return {
    key,
    value: new Uint8Array(),
    createRevision: revision - 1,
    modRevision: revision - 1,
    version: 1,
  };
}
