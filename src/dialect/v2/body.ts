import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../../limits.ts';
import { RequestError } from './errors.ts';
import { type Form, parseForm } from './form.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Reads the form in a request's body; an absent body is an empty form. The media type may have parameters, as
 * etcd 0.4 sends one.
 *
 * @throws RequestError 210 where the body is no form, is too long, or ends early
 */
export async function readForm(req: IncomingMessage): Promise<Form> {
  const body = await readBody(req);
  if (body.length === 0) return parseForm('');
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== FORM_TYPE) {
    throw new RequestError(210, `Content-Type is "${type}", but the body must be ${FORM_TYPE}`, 415);
  }
  return parseForm(decodeUtf8(body));
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function decodeUtf8(body: Buffer): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new RequestError(210, 'the body is not UTF-8');
  }
}

function readBody(req: IncomingMessage): Promise<Buffer> {
  const tooLong = (): RequestError =>
    new RequestError(210, `the body is over ${LIMITS.bodyMaxBytes} bytes`, 413);
  if (Number(req.headers['content-length'] ?? 0) > LIMITS.bodyMaxBytes) return Promise.reject(tooLong());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= LIMITS.bodyMaxBytes) chunks.push(chunk);
      else reject(tooLong());
    });
    const endEarly = (): void => {
      // Every request is closed at some time, also one that was read to its end.
      if (!req.readableEnded) reject(new RequestError(210, 'the body ended early'));
    };
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.on('error', endEarly);
    req.on('close', endEarly);
  });
}
