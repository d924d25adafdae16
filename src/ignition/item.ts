import type { Path } from './places.ts';

/** What a field can hold once it is read. Whole numbers have 64 bits, as in Ignition. */
export type FieldValue = string | bigint | boolean | Item | FieldValue[];

/** A section as it was read: the fields that the document gives, each of the type that the schema declares. */
export class Item {
  readonly path: Path;
  readonly #fields = new Map<string, FieldValue>();

  constructor(path: Path) {
    this.path = path;
  }

  /** The path of a field, or of something below it. */
  at(...segments: Path): Path {
    return [...this.path, ...segments];
  }

  set(key: string, value: FieldValue): void {
    this.#fields.set(key, value);
  }

  unset(key: string): void {
    this.#fields.delete(key);
  }

  get(key: string): FieldValue | undefined {
    return this.#fields.get(key);
  }

  has(key: string): boolean {
    return this.#fields.has(key);
  }

  /** A text; undefined where it is absent. */
  text(key: string): string | undefined {
    const value = this.#fields.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  /** A whole number; undefined where it is absent. */
  whole(key: string): bigint | undefined {
    const value = this.#fields.get(key);
    return typeof value === 'bigint' ? value : undefined;
  }

  /** Whether a yes-or-no field is given and true. */
  isTrue(key: string): boolean {
    return this.#fields.get(key) === true;
  }

  /** Whether a yes-or-no field is given and false. */
  isFalse(key: string): boolean {
    return this.#fields.get(key) === false;
  }

  /** A section below; an empty one where it is absent. */
  child(key: string): Item {
    const value = this.#fields.get(key);
    return value instanceof Item ? value : new Item(this.at(key));
  }

  /** The sections of a list; none where it is absent. */
  children(key: string): readonly Item[] {
    return this.#listOf(key).filter((value) => value instanceof Item);
  }

  /** The texts of a list; none where it is absent. */
  texts(key: string): readonly string[] {
    return this.#listOf(key).filter((value) => typeof value === 'string');
  }

  #listOf(key: string): readonly FieldValue[] {
    const value = this.#fields.get(key);
    return Array.isArray(value) ? value : [];
  }
}
