import { toByteText } from './bytes.ts';

/** What may stand in a media type and in the names of its parameters (RFC 2045). */
const TOKEN = /[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]*/y;
const KNOWN_TYPES = /^(?:text|image|audio|video|application|message|multipart)/;
/** What data without base64 may consist of; what `%XX` means is seen to later. */
const URL_CHARACTERS = /^[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*$/;
const BASE64_CHARACTERS = /^[A-Za-z0-9+/=\n]*$/;

/** What a `data:` URL is wrong in, as the library says it that Ignition reads them with; undefined if nothing is. */
export function dataUrlProblem(text: string): string | undefined {
  if (!text.startsWith('data:')) return 'missing data prefix';
  return new DataUrlReader(toByteText(text)).problem();
}

class DataUrlReader {
  readonly #text: string;
  #at = 'data:'.length;

  constructor(text: string) {
    this.#text = text;
  }

  problem(): string | undefined {
    const next = this.#peek();
    if (next === '') return 'missing comma before data';
    if (next !== ';' && next !== ',') {
      const problem = this.#mediaTypeProblem();
      if (problem !== undefined) return problem;
    }
    let isBase64 = false;
    while (this.#peek() === ';') {
      this.#at += 1;
      const parameter = this.#parameter();
      if (typeof parameter === 'string') return parameter;
      ({ isBase64 } = parameter);
    }
    const data = this.#text.slice(this.#at + 1);
    return isBase64 ? base64Problem(data) : plainProblem(data);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #token(): string {
    TOKEN.lastIndex = this.#at;
    const [token = ''] = TOKEN.exec(this.#text) ?? [];
    this.#at += token.length;
    return token;
  }

  #mediaTypeProblem(): string | undefined {
    const type = this.#token();
    if (type === '') return 'invalid character after data prefix';
    if (this.#peek() === '') return 'missing media type slash';
    if (this.#peek() !== '/') return 'invalid character for media type';
    if (!/^[xX]-/.test(type) && !KNOWN_TYPES.test(type)) return 'invalid media type';
    this.#at += 1;
    this.#token();
    const end = this.#peek();
    if (end === '') return 'incomplete media type';
    return end === ';' || end === ',' ? undefined : 'invalid character for media subtype';
  }

  /** One parameter, behind its `;`. `base64` is the last one, and has no value. */
  #parameter(): string | { isBase64: boolean } {
    if (['', '=', ','].includes(this.#peek())) return 'unterminated parameter sequence';
    const name = this.#token();
    const end = this.#peek();
    if (name === '') return 'invalid character for parameter attribute';
    if (end === '') return 'unterminated parameter sequence';
    if (end === ',') return name === 'base64' ? { isBase64: true } : `expected base64, got ${name}`;
    if (end !== '=') return 'invalid character for parameter attribute';
    this.#at += 1;
    return this.#valueProblem() ?? { isBase64: false };
  }

  #valueProblem(): string | undefined {
    if (this.#peek() === '') return 'missing comma before data';
    const problem = this.#peek() === '"' ? this.#quotedProblem() : this.#tokenProblem();
    if (problem !== undefined) return problem;
    const end = this.#peek();
    if (end === '') return 'missing comma before data';
    return end === ';' || end === ',' ? undefined : 'expected semicolon or comma';
  }

  #tokenProblem(): string | undefined {
    const value = this.#token();
    const end = this.#peek();
    if (value === '' || ![';', ',', ''].includes(end)) return 'invalid character for parameter value';
    return end === '' ? undefined : escapeProblem(value);
  }

  #quotedProblem(): string | undefined {
    const from = this.#at + 1;
    // Up to the closing quote, and past every character with a backslash in front of it.
    const plain = /(?:[^"\\\x80-\xff]|\\[^\x80-\xff])*/y;
    plain.lastIndex = from;
    plain.exec(this.#text);
    this.#at = plain.lastIndex;
    const end = this.#peek();
    if (end === '"') {
      this.#at += 1;
      return isGoString(this.#text.slice(from, this.#at - 1)) ? undefined : 'invalid syntax';
    }
    if (end === '\\')
      return this.#at + 1 < this.#text.length ? 'invalid escaped character' : 'unclosed quoted string';
    return end === '' ? 'unclosed quoted string' : 'invalid character for parameter value';
  }
}

/** Whether Go reads what stands between quotes. */
function isGoString(inner: string): boolean {
  return /^(?:[^\\\n]|\\(?:[abfnrtv\\"]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[0-7]{3}))*$/.test(
    inner,
  );
}

function escapeProblem(text: string): string | undefined {
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 3)) {
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{0,2}$/.test(digits)) return 'rfc2396: invalid char 0x25 in unescape sequence';
    if (digits.length < 2) return 'rfc2396: unexpected end of unescape sequence';
  }
  return undefined;
}

function plainProblem(data: string): string | undefined {
  return URL_CHARACTERS.test(data) ? escapeProblem(data) : 'invalid data character';
}

function base64Problem(data: string): string | undefined {
  if (!BASE64_CHARACTERS.test(data)) return 'invalid data character';
  const at = base64Fault(data);
  return at === undefined ? undefined : `illegal base64 data at input byte ${at}`;
}

/** Where Go's decoder stops: at a byte that cannot stand there, or at the begin of a group that has no end. */
function base64Fault(data: string): number | undefined {
  let inGroup = 0;
  for (let at = 0; at < data.length; at++) {
    const char = data.charAt(at);
    if (char === '\n') continue;
    if (char === '=') return paddingFault(data, at, inGroup);
    inGroup = (inGroup + 1) % 4;
  }
  return inGroup === 0 ? undefined : data.length - inGroup;
}

function paddingFault(data: string, at: number, inGroup: number): number | undefined {
  if (inGroup < 2) return at;
  const behind = (from: number): number => from + (/^\n*/.exec(data.slice(from))?.[0].length ?? 0);
  let next = behind(at + 1);
  if (inGroup === 2) {
    if (next === data.length) return data.length;
    if (data.charAt(next) !== '=') return next - 1;
    next = behind(next + 1);
  }
  return next < data.length ? next : undefined;
}
