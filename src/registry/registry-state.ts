import type { Entry, TokenRange } from '../store/store.ts';
import { notedKey, parseMemberKey, RECORD_KEY, SIZE_KEY, STATE_KEY } from './keys.ts';
import { type MemberValue, parseMemberValue } from './member-value.ts';
import { type Note, parseNote } from './note.ts';
import { parseRecord, type TokenRecord } from './record.ts';
import { valueText } from './value-text.ts';

/** One member of a registry, in the order of registration. */
export interface Member {
  readonly id: string;
  readonly entry: Entry;
  readonly text: string;
  /** Undefined where something else than Muster wrote what no etcd would. */
  readonly value: MemberValue | undefined;
  readonly note: Note | undefined;
}

/** All that is known of one token, read from its keys once and shared by all readers of the same keys. */
export interface RegistryContent {
  readonly record: TokenRecord;
  readonly recordEntry: Entry;
  readonly sizeEntry: Entry | undefined;
  readonly stateEntry: Entry | undefined;
  readonly stateNote: Note | undefined;
  /** By create revision: the first `record.size` hold the slots, the others are overflow members. */
  readonly members: readonly Member[];
  readonly membersById: ReadonlyMap<string, Member>;
}

/** The content of a token that may be used: its size is there. */
export interface LiveContent extends RegistryContent {
  readonly sizeEntry: Entry;
}

/**
 * The life of a token. `open`: slots are free. `complete`: all slots are taken. `expired`, `revoked`: over.
 * Only time and the owner end a token, and nothing brings it back.
 */
export type Lifecycle = 'open' | 'complete' | 'expired' | 'revoked';

const contents = new WeakMap<readonly Entry[], RegistryContent | null>();

/** Reads the keys of a token; undefined when it was never issued or is forgotten. */
export function readContent(range: TokenRange): RegistryContent | undefined {
  let content = contents.get(range.entries);
  if (content === undefined) {
    content = parseContent(range.entries) ?? null;
    contents.set(range.entries, content);
  }
  return content ?? undefined;
}

function parseContent(entries: readonly Entry[]): RegistryContent | undefined {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const recordEntry = byKey.get(RECORD_KEY);
  const record = recordEntry && parseRecord(recordEntry.value);
  if (recordEntry === undefined || record === undefined) return undefined;
  const notes = readNotes(entries);
  const noteOf = (key: string): Note | undefined => notes.get(key)?.note;
  const members: Member[] = [];
  for (const entry of restoreMembers(entries, byKey, notes)) {
    const id = parseMemberKey(entry.key);
    if (id === undefined) continue;
    const text = valueText(entry);
    const value = parseMemberValue(text);
    // Only what etcd 0.4 registers is written again to tell something; any other member only came to live longer.
    const shown = value?.form === 'named' ? asCreated(entry) : entry;
    members.push({ id, entry: shown, text, value, note: noteOf(entry.key) });
  }
  members.sort((a, b) => a.entry.createRevision - b.entry.createRevision);
  return {
    record,
    recordEntry,
    sizeEntry: restoreSize(byKey.get(SIZE_KEY), record),
    stateEntry: byKey.get(STATE_KEY),
    stateNote: noteOf(STATE_KEY),
    members,
    membersById: new Map(members.map((member) => [member.id, member])),
  };
}

interface NotedKey {
  readonly note: Note;
  readonly entry: Entry;
}

/** The notes, by the keys that they are about. */
function readNotes(entries: readonly Entry[]): ReadonlyMap<string, NotedKey> {
  const notes = new Map<string, NotedKey>();
  for (const entry of entries) {
    const key = notedKey(entry.key);
    const note = key === undefined ? undefined : parseNote(entry.value);
    if (key !== undefined && note !== undefined) notes.set(key, { note, entry });
  }
  return notes;
}

/** The entries with members as they registered, whatever others have made of their keys since. */
function restoreMembers(
  entries: readonly Entry[],
  byKey: ReadonlyMap<string, Entry>,
  notes: ReadonlyMap<string, NotedKey>,
): readonly Entry[] {
  const restored: Entry[] = [];
  for (const [key, { note, entry: noteEntry }] of notes) {
    const { text } = note;
    const entry = byKey.get(key);
    if (text === undefined || (entry !== undefined && valueText(entry) === text)) continue;
    const { createRevision } = noteEntry;
    const value = encoder.encode(text);
    restored.push({ ...noteEntry, key, value, createRevision, modRevision: createRevision, version: 1 });
  }
  if (restored.length === 0) return entries;
  const keys = new Set(restored.map(({ key }) => key));
  return [...entries.filter(({ key }) => !keys.has(key)), ...restored];
}

/** The size that the token was made with. */
function restoreSize(entry: Entry | undefined, { size }: TokenRecord): Entry | undefined {
  if (entry === undefined) return undefined;
  return asCreated(
    valueText(entry) === String(size) ? entry : { ...entry, value: encoder.encode(String(size)) },
  );
}

/** A key with the revision that it was made at, whatever rewrote it since. */
function asCreated(entry: Entry): Entry {
  const { createRevision, modRevision } = entry;
  return modRevision === createRevision ? entry : { ...entry, modRevision: createRevision, version: 1 };
}

const encoder = new TextEncoder();

/**
 * Where a token is in its life. The store's clock may be ahead of ours: where it removed the size, the token is over.
 *
 * @param now milliseconds since the Unix epoch
 */
export function lifecycleOf({ record, sizeEntry, members }: RegistryContent, now: number): Lifecycle {
  if (record.revokedAt !== undefined) return 'revoked';
  if (now >= record.expiresAt || sizeEntry === undefined) return 'expired';
  return members.length >= record.size ? 'complete' : 'open';
}
