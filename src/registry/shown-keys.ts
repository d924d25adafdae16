import type { Commit, Entry } from '../store/store.ts';
import { parseMemberKey, SIZE_KEY, STATE_KEY } from './keys.ts';
import type { LiveContent } from './registry-state.ts';

/** Whether readers are shown a key. What Muster keeps for itself, such as its notes, they are not. */
export function isShownKey(key: string): boolean {
  return key === SIZE_KEY || key === STATE_KEY || parseMemberKey(key) !== undefined;
}

const shown = new WeakMap<LiveContent, readonly Entry[]>();

/** The keys of a token that readers are shown, in byte order. */
export function shownEntries(content: LiveContent): readonly Entry[] {
  let entries = shown.get(content);
  if (entries === undefined) {
    const { sizeEntry, stateEntry, members } = content;
    const all = [
      sizeEntry,
      ...(stateEntry === undefined ? [] : [stateEntry]),
      ...members.map((m) => m.entry),
    ];
    entries = all.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    shown.set(content, entries);
  }
  return entries;
}

/** What of a commit readers are shown; undefined where that is nothing. */
export function shownCommit({ revision, events }: Commit): Commit | undefined {
  const visible = events.filter((event) => isShownKey(event.type === 'put' ? event.entry.key : event.key));
  return visible.length === 0 ? undefined : { revision, events: visible };
}
