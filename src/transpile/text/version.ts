import { quote } from './quote.ts';

/** The version of a program. */
export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly preRelease: string;
  readonly metadata: string;
}

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
/** No number of 64 bits has more. */
const MAX_DIGITS = 20;

function parsePart(text: string): bigint | string {
  if (!/^[-+]?[0-9]+$/.test(text)) return `strconv.ParseInt: parsing ${quote(text)}: invalid syntax`;
  const digits = text.replace(/^[-+]?0*/, '');
  const value = digits.length > MAX_DIGITS ? undefined : BigInt(text.replace('+', ''));
  if (value !== undefined && value >= MIN && value <= MAX) return value;
  return `strconv.ParseInt: parsing ${quote(text)}: value out of range`;
}

function cutAt(text: string, mark: string): [before: string, behind: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Reads a version such as `3.3.5-rc.1+git`; answers what is wrong where it is none. */
export function parseVersion(text: string): Version | string {
  const [withoutMetadata, metadata] = cutAt(text, '+');
  const [numbers, preRelease] = cutAt(withoutMetadata, '-');
  const [first, afterFirst] = cutAt(numbers, '.');
  const [second, third] = cutAt(afterFirst, '.');
  if (numbers.split('.').length < 3) return `${numbers} is not in dotted-tri format`;
  const parts: bigint[] = [];
  for (const part of [first, second, third]) {
    const value = parsePart(part);
    if (typeof value === 'string') return value;
    parts.push(value);
  }
  const [major = 0n, minor = 0n, patch = 0n] = parts;
  return { major, minor, patch, preRelease, metadata };
}

/** Writes a version; leading zeros are gone. */
export function formatVersion({ major, minor, patch, preRelease, metadata }: Version): string {
  const before = preRelease === '' ? '' : `-${preRelease}`;
  const behind = metadata === '' ? '' : `+${metadata}`;
  return `${major}.${minor}.${patch}${before}${behind}`;
}

/** Whether a version comes before `major.minor.0`; its own pre-releases do. */
export function isBefore(version: Version, major: bigint, minor: bigint): boolean {
  if (version.major !== major) return version.major < major;
  if (version.minor !== minor) return version.minor < minor;
  return version.patch < 0n || (version.patch === 0n && version.preRelease !== '');
}
