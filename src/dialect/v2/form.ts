import { RequestError } from './errors.ts';

/** Parameters by name; of a repeated one the first counts, as in etcd. */
export type Form = ReadonlyMap<string, string>;

const EMPTY: Form = new Map();

/**
 * Reads `a=b&c=d`, as Go's url.ParseQuery does: `+` is a space, and a bad escape or a semicolon is an error.
 *
 * @throws RequestError 210
 */
export function parseForm(text: string): Form {
  if (text === '') return EMPTY;
  const form = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    if (pair.includes(';')) throw new RequestError(210, 'invalid semicolon separator in query');
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    if (!form.has(name)) form.set(name, equals === -1 ? '' : decode(pair.slice(equals + 1)));
  }
  return form;
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text)?.[0];
    throw new RequestError(210, bad === undefined ? 'text is not UTF-8' : `invalid URL escape "${bad}"`);
  }
}

/** Two forms as one; what stands in the first counts. */
export function mergeForms(first: Form, second: Form): Form {
  if (first.size === 0) return second;
  if (second.size === 0) return first;
  return new Map([...second, ...first]);
}
