import { parseJsonObject } from './record.ts';

/** What Muster remembers about the last write of a member's key or of the election, beside the value itself. */
export interface Note {
  /** Milliseconds since the Unix epoch, when the key was made. */
  readonly at: number;
  /** The source address of the writer; empty for what was taken over from another service. */
  readonly from: string;
  readonly dialect: 'v2' | 'v3';
  /** What kind of write it was, so that a watch can tell it as the writer was told. */
  readonly action: WriteAction;
  /** The text that the member hashed its id with, where Muster could find it out. */
  readonly salt?: string;
  /** What the member registered, where the store is one that others can write to: what they make of it does not count. */
  readonly text?: string;
  /** The end that the writer gave this key, shown to readers: milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** The member counts as having received the answer to its registration; see `Registry.noteSent`. */
  readonly told?: boolean;
}

/** `create` needs the key to be absent, `update` to be there, `compareAndSwap` to be as expected. */
export type WriteAction = 'set' | 'create' | 'update' | 'compareAndSwap';

const encoder = new TextEncoder();

/** The bytes of a note as they are stored. */
export function formatNote(note: Note): Uint8Array {
  return encoder.encode(JSON.stringify(note));
}

/** Reads a stored note; undefined where the bytes are not one. */
export function parseNote(bytes: Uint8Array): Note | undefined {
  const note = parseJsonObject(bytes) as Partial<Note> | undefined;
  return note !== undefined && typeof note.at === 'number' && typeof note.from === 'string'
    ? (note as Note)
    : undefined;
}
