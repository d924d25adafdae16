import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { ProbeFailure, toFailure } from './failure.ts';

/**
 * The addresses of a host, in the order in which the system would use them. It is asked as programs ask it, so that
 * /etc/hosts counts.
 *
 * @throws ProbeFailure `unresolved`
 */
export async function resolve(host: string, signal: AbortSignal): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  signal.throwIfAborted();
  let onAbort = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    onAbort = () => reject(new ProbeFailure('unresolved', `no answer to the question for ${host} in time`));
    signal.addEventListener('abort', onAbort);
  });
  try {
    const found = await Promise.race([look(host), ended]);
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    const failure = toFailure(error);
    throw failure.kind === 'unresolved' ? failure : new ProbeFailure('unresolved', failure.message, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The system cannot be told to stop looking, and keeps the process until it has. */
let looking = 0;

/** Whether the system still looks for a name that nobody waits for any more. */
export function hasPendingLookups(): boolean {
  return looking > 0;
}

async function look(host: string): Promise<LookupAddress[]> {
  looking++;
  try {
    return await lookup(host, { all: true, verbatim: true });
  } finally {
    looking--;
  }
}
