import { fromByteText } from '../text/bytes.ts';
import { yamlFailure } from './failure.ts';
import type { ScalarNode } from './nodes.ts';

/** What a scalar is when no field has a say: the types of YAML 1.1 as the Go library knows them. */
export type Resolved =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string };

/** A resolved scalar with the tag that a type error shows. */
export interface ResolvedScalar {
  readonly resolved: Resolved;
  readonly tag: string;
}

const LONG_PREFIX = 'tag:yaml.org,2002:';

/** The words that are no text when they stand without quotes. */
const WORDS: ReadonlyMap<string, Resolved> = new Map(
  (
    [
      [{ kind: 'bool', value: true }, 'y Y yes Yes YES true True TRUE on On ON'],
      [{ kind: 'bool', value: false }, 'n N no No NO false False FALSE off Off OFF'],
      [{ kind: 'float', value: Number.NaN }, '.nan .NaN .NAN'],
      [{ kind: 'float', value: Number.POSITIVE_INFINITY }, '.inf .Inf .INF +.inf +.Inf +.INF'],
      [{ kind: 'float', value: Number.NEGATIVE_INFINITY }, '-.inf -.Inf -.INF'],
      [{ kind: 'null' }, '~ null Null NULL'],
    ] as const
  ).flatMap(([resolved, words]) => words.split(' ').map((word) => [word, resolved] as const)),
);

/** Whether a text without quotes is no value. */
export function isNullWord(text: string): boolean {
  return text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL';
}

const NULL: Resolved = { kind: 'null' };
const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

/** Longer numbers do not fit into 64 bits, unless they begin with a great many zeros. */
const DIGITS_MAX = 1000;

/** Go's `strconv.ParseInt(text, 0, 64)`, and `ParseUint` for what is larger. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  if (Math.max(...[hex, binary, octal, decimal].map((digits) => digits?.length ?? 0)) > DIGITS_MAX)
    return undefined;
  const magnitude =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal ?? '0');
  const value = sign === '-' ? -magnitude : magnitude;
  // A sign is no part of what ParseUint takes.
  const max = sign === '' ? UINT_MAX : -INT_MIN - 1n;
  return value < INT_MIN || value > max ? undefined : value;
}

const FLOAT = /^[-+]?[0-9]*\.?[0-9]+(?:[eE][-+][0-9]+)?$/;
/** What begins with a dot may be any number that Go's `ParseFloat` takes. */
const DOTTED_FLOAT = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;

function parseNumber(text: string): Resolved | undefined {
  if (text.startsWith('.')) return DOTTED_FLOAT.test(text) ? toFloat(text) : undefined;
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== undefined) return { kind: 'int', value: integer };
  return FLOAT.test(plain) ? toFloat(plain) : undefined;
}

function toFloat(text: string): Resolved | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? { kind: 'float', value } : undefined;
}

function resolvePlain(text: string): Resolved {
  if (text === '') return NULL;
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return (/^[-+.0-9]/.test(text) ? parseNumber(text) : undefined) ?? { kind: 'text', value: text };
}

const SHORT_TAGS: Readonly<Record<Resolved['kind'], string>> = {
  null: '!!null',
  bool: '!!bool',
  int: '!!int',
  float: '!!float',
  text: '!!str',
};

/** A tag as people write it: `!!str`. */
export function shortTag(tag: string): string {
  return tag.startsWith(LONG_PREFIX) ? `!!${tag.slice(LONG_PREFIX.length)}` : tag;
}

/** The bytes of a `!!binary`, as text. */
function decodeBinary(value: string): string {
  const packed = value.replace(/[\r\n]/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed))
    throw yamlFailure('!!binary value contains invalid base64 data');
  return fromByteText(atob(packed));
}

/** The kinds that a tag may demand. */
const DEMANDED: Readonly<Record<string, Resolved['kind']>> = {
  '!!bool': 'bool',
  '!!int': 'int',
  '!!float': 'float',
  '!!null': 'null',
};

/** Types a scalar by its look and its tag. Throws where these contradict each other. */
export function resolveScalar({ value, tag, isPlain }: ScalarNode): ResolvedScalar {
  const short = shortTag(tag);
  if (tag === '') {
    const resolved: Resolved = isPlain ? resolvePlain(value) : { kind: 'text', value };
    return { resolved, tag: SHORT_TAGS[resolved.kind] };
  }
  if (short === '!!binary') return { resolved: { kind: 'text', value: decodeBinary(value) }, tag: short };
  const demanded = DEMANDED[short];
  if (demanded === undefined) return { resolved: { kind: 'text', value }, tag: short };
  const resolved = resolvePlain(value);
  if (resolved.kind !== demanded)
    throw yamlFailure(`cannot decode ${SHORT_TAGS[resolved.kind]} \`${value}\` as a ${short}`);
  return { resolved, tag: short };
}
