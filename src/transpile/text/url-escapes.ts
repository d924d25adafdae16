import { fromByteText } from './bytes.ts';
import { quote } from './quote.ts';

/** Why a text is no URL. */
export class UrlProblem extends Error {
  override readonly name = 'UrlProblem';
}

/** The parts of a URL that have rules of their own about `%XX`. */
export type UrlPart = 'path' | 'user' | 'host' | 'zone' | 'fragment';

/** What stands in each part as it is, beside letters, digits and `-_.~`. */
const PLAIN: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  user: '$&+,;=',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  fragment: '$&+,/:;=?@!()*',
};

function isPlain(byte: string, part: UrlPart): boolean {
  return /^[A-Za-z0-9\-_.~]$/.test(byte) || PLAIN[part].includes(byte);
}

/** Writes the bytes that may not stand in a part as `%XX`. */
export function escapePart(bytes: string, part: UrlPart): string {
  return bytes.replace(/[^A-Za-z0-9\-_.~]/gs, (byte) =>
    PLAIN[part].includes(byte) ? byte : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Whether a part may stay as it was written. */
export function isValidlyEscaped(written: string, part: UrlPart): boolean {
  const special = written.match(/[^A-Za-z0-9\-_.~]/gs) ?? [];
  return [...new Set(special)].every((byte) => "!$&'()*+,;=:@[]%".includes(byte) || isPlain(byte, part));
}

function assertEscape(triple: string, part: UrlPart): void {
  const code = Number.parseInt(triple.slice(1), 16);
  const isRefused =
    !/^%[0-9A-Fa-f]{2}$/.test(triple) ||
    // RFC 6874: in a host, only what is not ASCII may be escaped, and the % in front of a zone.
    (part === 'host' && code < 0x80 && triple !== '%25') ||
    (part === 'zone' && triple !== '%25' && code !== 0x20 && !isPlain(String.fromCharCode(code), 'host'));
  if (isRefused) throw new UrlProblem(`invalid URL escape ${quote(fromByteText(triple))}`);
}

/** Reads the `%XX` of a part. */
export function unescapePart(written: string, part: UrlPart): string {
  const isHost = part === 'host' || part === 'zone';
  if (!isHost && !written.includes('%')) return written;
  return written.replace(isHost ? /%.{0,2}|[^%]/gs : /%.{0,2}/gs, (piece) => {
    if (piece.startsWith('%')) {
      assertEscape(piece, part);
      return String.fromCharCode(Number.parseInt(piece.slice(1), 16));
    }
    if (piece < '\x80' && !isPlain(piece, part))
      throw new UrlProblem(`invalid character ${quote(piece)} in host name`);
    return piece;
  });
}
