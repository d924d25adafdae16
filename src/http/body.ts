import type { IncomingMessage } from 'node:http';

/** A body that cannot be taken. Each dialect words it in its own form. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly status: 400 | 413;

  constructor(message: string, status: 400 | 413 = 400) {
    super(message);
    this.status = status;
  }
}

/**
 * Reads the body of a request.
 *
 * @throws BodyError where it is longer than that, or ends early
 */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLong = (): BodyError => new BodyError(`the body is over ${maxBytes} bytes`, 413);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLong());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      else reject(tooLong());
    });
    const endEarly = (): void => {
      // Every request is closed at some time, also one that was read to its end.
      if (!req.readableEnded) reject(new BodyError('the body ended early'));
    };
    req.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    req.on('error', endEarly);
    req.on('close', endEarly);
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws BodyError */
export function decodeUtf8(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch {
    throw new BodyError('the body is not UTF-8');
  }
}

/** The media type that a request states for its body, without parameters, in lower case. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
