import { type Event, Event_EventType } from '../../proto/kv_pb.ts';
import type { Commit, WatchEvent } from '../store.ts';
import { COMMIT_KEY, type Layout, toEntry } from './layout.ts';

/** Begins the value of the key that each commit writes, where the commit removes what is over. */
export const EXPIRY_MARK = 'x';
/** Begins it in every other commit. */
export const CHANGE_MARK = 'c';

/** What one revision of etcd did to one token. */
export interface TokenCommit {
  readonly token: string;
  /** Without events where only the store's own key was written. */
  readonly commit: Commit;
  /** The revision, where Muster made the commit; undefined where something else wrote. */
  readonly commitRevision: number | undefined;
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
  const mark = own?.kv?.value[0];
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
      mark === undefined
        ? previous?.expiresAt !== undefined && previous.expiresAt <= now()
        : mark === EXPIRY_MARK.charCodeAt(0);
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
