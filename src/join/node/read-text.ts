import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../../limits.ts';

/**
 * The body of an answer as text.
 *
 * @throws Error where it ends early, or is longer than any answer of a discovery service
 */
export async function readText(res: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of res) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    // What leaves this loop destroys the rest.
    if (length > LIMITS.answerMaxBytes) throw new Error(`the answer is over ${LIMITS.answerMaxBytes} bytes`);
  }
  return Buffer.concat(chunks).toString();
}
