import type { IncomingMessage } from 'node:http';
import { MusterError } from '../../errors.ts';
import { decodeUtf8, mediaTypeOf, readBody } from '../../http/body.ts';
import { LIMITS } from '../../limits.ts';

/**
 * Reads a JSON object of numbers, which is all that this API takes. JSON alone, since a page of another site can make a
 * browser send a form, and not that.
 *
 * @param names the members that there may be
 * @throws MusterError `bad-request`
 * @throws BodyError where the body cannot be had
 */
export async function readNumbers<N extends string>(
  req: IncomingMessage,
  names: readonly N[],
): Promise<Partial<Record<N, number>>> {
  const body = await readBody(req, LIMITS.bodyMaxBytes);
  const example = `{${names.map((name) => `"${name}":${EXAMPLES[name] ?? 1}`).join(',')}}`;
  const refuse = (message: string): MusterError =>
    new MusterError('bad-request', message, {
      remedy: `send a JSON object such as ${example}, with Content-Type: application/json`,
    });
  if (body.length === 0) throw refuse('the request has no body');
  const type = mediaTypeOf(req);
  if (type !== 'application/json') throw refuse(`Content-Type is "${type.slice(0, 100)}"`);
  const value = parseJson(decodeUtf8(body), refuse);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse('the body is no JSON object');
  const isName = (name: string): name is N => names.some((known) => known === name);
  const numbers: Partial<Record<N, number>> = {};
  for (const [name, number] of Object.entries(value)) {
    if (!isName(name)) throw refuse(`"${name.slice(0, 64)}" is not known here`);
    if (typeof number !== 'number') throw refuse(`"${name}" is not a number`);
    numbers[name] = number;
  }
  return numbers;
}

const EXAMPLES: Readonly<Record<string, number>> = { size: 3, ttlSeconds: 86_400 };

function parseJson(text: string, refuse: (message: string) => MusterError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse('the body is not JSON');
  }
}
