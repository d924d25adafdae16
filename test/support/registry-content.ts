import { creationOperations } from '../../src/registry/create.ts';
import { memberKey, noteKey } from '../../src/registry/keys.ts';
import { formatNote, type Note } from '../../src/registry/note.ts';
import type { TokenRecord } from '../../src/registry/record.ts';
import { type RegistryContent, readContent } from '../../src/registry/registry-state.ts';
import type { Entry } from '../../src/store/store.ts';

/** A member as its keys are to have it. */
export interface WrittenMember {
  /** Absent: a number, by the order. */
  readonly id?: string;
  readonly text: string;
  /** Null: something else than Muster wrote the member. */
  readonly note?: Partial<Note> | null;
}

/** The content of a token whose keys anybody may have written, registered one second after the other. */
export function contentOf(record: TokenRecord, members: readonly WrittenMember[]): RegistryContent {
  const entries: Entry[] = [];
  const put = (key: string, value: Uint8Array): void => {
    const revision = entries.length + 2;
    entries.push({ key, value, createRevision: revision, modRevision: revision, version: 1 });
  };
  for (const { key, value } of creationOperations(record)) put(key, value);
  members.forEach(({ id = String(1000 + entries.length), text, note = {} }, index) => {
    put(memberKey(id), new TextEncoder().encode(text));
    if (note === null) return;
    const at = record.createdAt + (index + 1) * 1000;
    const whole = { at, from: '', dialect: 'v2', action: 'create', ...note } as const;
    put(noteKey(memberKey(id)), formatNote(whole));
  });
  const content = readContent({ revision: entries.length + 2, entries });
  if (content === undefined) throw new Error('these keys are no token');
  return content;
}
