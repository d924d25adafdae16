import type { Commit, Entry, WatchEvent } from '../store/store.ts';
import { noteKey, parseMemberKey, STATE_KEY } from './keys.ts';
import { type Note, parseNote, type WriteAction } from './note.ts';
import type { ShownEntry } from './shown-entry.ts';

/** One change of a member's key or of the election's, as a watch shows it. */
export type RegistryChange = {
  readonly revision: number;
  /** The member's id; undefined for the election's key. */
  readonly memberId: string | undefined;
} & (
  | {
      readonly type: 'put';
      readonly action: WriteAction;
      readonly shown: ShownEntry;
      readonly previous: ShownEntry | undefined;
    }
  | {
      readonly type: 'delete';
      /** The key's time was over. */
      readonly expired: boolean;
      readonly previous: ShownEntry;
    }
);

/** The changes in a commit that readers may be shown, each with what the note beside its key says of it. */
export function readChanges({ revision, events }: Commit): RegistryChange[] {
  const eventsByKey = new Map(events.map((event) => [keyOfEvent(event), event]));
  const changes: RegistryChange[] = [];
  for (const event of events) {
    const key = keyOfEvent(event);
    const memberId = parseMemberKey(key);
    if (memberId === undefined && key !== STATE_KEY) continue;
    const noteEvent = eventsByKey.get(noteKey(key));
    const previous = event.previous && shownEntry(event.previous, parseEntry(noteEvent?.previous));
    if (event.type === 'put') {
      const note = noteEvent?.type === 'put' ? parseNote(noteEvent.entry.value) : undefined;
      const shown = shownEntry(event.entry, note);
      changes.push({ revision, memberId, type: 'put', action: note?.action ?? 'set', shown, previous });
    } else if (previous !== undefined) {
      changes.push({ revision, memberId, type: 'delete', expired: event.expired, previous });
    }
  }
  return changes;
}

function keyOfEvent(event: WatchEvent): string {
  return event.type === 'put' ? event.entry.key : event.key;
}

function parseEntry(entry: Entry | undefined): Note | undefined {
  return entry && parseNote(entry.value);
}

function shownEntry(entry: Entry, note: Note | undefined): ShownEntry {
  return { entry, expiresAt: note?.expiresAt };
}
