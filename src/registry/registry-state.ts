import type { Entry, TokenRange } from '../store/store.ts';
import { noteKey, parseMemberKey, RECORD_KEY, SIZE_KEY, STATE_KEY } from './keys.ts';
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
  const noteOf = (key: string): Note | undefined => {
    const entry = byKey.get(noteKey(key));
    return entry && parseNote(entry.value);
  };
  const members: Member[] = [];
  for (const entry of entries) {
    const id = parseMemberKey(entry.key);
    if (id === undefined) continue;
    const text = valueText(entry);
    members.push({ id, entry, text, value: parseMemberValue(text), note: noteOf(entry.key) });
  }
  members.sort((a, b) => a.entry.createRevision - b.entry.createRevision);
  return {
    record,
    recordEntry,
    sizeEntry: byKey.get(SIZE_KEY),
    stateEntry: byKey.get(STATE_KEY),
    stateNote: noteOf(STATE_KEY),
    members,
    membersById: new Map(members.map((member) => [member.id, member])),
  };
}

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
