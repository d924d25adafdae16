import type { Profile } from '../profiles.ts';
import { fieldsOf, type Shape, type ShapeField } from './shape.ts';

/** A document as JSON, to the byte as Go's encoder writes it. */
export function serialize<T extends object>(
  of: Shape<T>,
  value: T,
  profile: Profile,
  isPretty: boolean,
): string {
  const chunks: string[] = [];
  new Writer(profile, isPretty, chunks).object(of as Shape<object>, value, '\n');
  return chunks.join('') + (isPretty ? '\n' : '');
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON may not hold them
const ESCAPED = /[\0-\x1f"\\<>&\u2028\u2029]|[\udc80-\udcff](?<![\ud800-\udbff][\udc80-\udcff])/g;

function escapeCharacter(char: string): string {
  const code = char.charCodeAt(0);
  // A byte that is no UTF-8 does not get through.
  if (code >= 0xdc80 && code <= 0xdcff) return '\\ufffd';
  return SHORT[char] ?? `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A string in JSON, as Go writes it. */
export function formatText(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '' || value === false || value === 0n) return true;
  return Array.isArray(value) && value.length === 0;
}

class Writer {
  readonly #profile: Profile;
  readonly #chunks: string[];
  readonly #isPretty: boolean;

  constructor(profile: Profile, isPretty: boolean, chunks: string[]) {
    this.#profile = profile;
    this.#isPretty = isPretty;
    this.#chunks = chunks;
  }

  /** @param lineEnd a newline and the indentation of the object itself */
  object(of: Shape<object>, value: object, lineEnd: string): void {
    const values = value as Record<string, unknown>;
    const written = fieldsOf(of, this.#profile).filter((field) => this.#isWritten(field, values[field.key]));
    this.#bracketed('{', '}', written, lineEnd, (field, inner) => {
      this.#chunks.push(this.#isPretty ? `"${field.key}": ` : `"${field.key}":`);
      this.#value(values[field.key], field.shape as Shape<object> | undefined, inner);
    });
  }

  #isWritten({ always, isOptional, shape }: ShapeField<object>, value: unknown): boolean {
    if (always?.includes(this.#profile) === true) return true;
    if (isOptional || (shape !== undefined && !Array.isArray(value))) return value !== undefined;
    return !isEmpty(value);
  }

  #bracketed<T>(
    open: string,
    close: string,
    items: readonly T[],
    lineEnd: string,
    write: (item: T, lineEnd: string) => void,
  ): void {
    const inner = this.#isPretty ? `${lineEnd}  ` : '';
    this.#chunks.push(open);
    for (const [index, item] of items.entries()) {
      this.#chunks.push(index === 0 ? inner : `,${inner}`);
      write(item, inner);
    }
    if (items.length > 0 && this.#isPretty) this.#chunks.push(lineEnd);
    this.#chunks.push(close);
  }

  #value(value: unknown, of: Shape<object> | undefined, lineEnd: string): void {
    if (Array.isArray(value)) {
      // Go writes a list that was never filled as null.
      if (value.length === 0) this.#chunks.push('null');
      else this.#bracketed('[', ']', value, lineEnd, (item, inner) => this.#value(item, of, inner));
    } else if (of !== undefined) {
      this.object(of, (value as object | undefined) ?? {}, lineEnd);
    } else {
      this.#chunks.push(typeof value === 'string' ? formatText(value) : String(value));
    }
  }
}
