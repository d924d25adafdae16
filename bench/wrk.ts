import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { peerDir } from '../test/support/peers.ts';
import { repositoryRoot } from '../test/support/repository.ts';

/** What wrk measured in one run. */
export interface WrkResult {
  readonly perSecond: number;
  readonly requests: number;
  readonly p50Microseconds: number;
  readonly p99Microseconds: number;
}

export interface WrkOptions {
  readonly url: string;
  readonly seconds: number;
  readonly connections: number;
  /** For `requests.lua`; default: a GET of the URL. */
  readonly args?: readonly string[];
}

const execute = promisify(execFile);

/** Runs wrk with one thread. Throws unless every answer was a success. */
export async function runWrk({ url, seconds, connections, args = ['read'] }: WrkOptions): Promise<WrkResult> {
  const folder = peerDir('wrk');
  const { stdout } = await execute(
    `${folder}/wrk`,
    [
      ...['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s'],
      ...['-s', `${repositoryRoot}bench/requests.lua`, url, '--', ...args],
    ],
    { env: { LD_LIBRARY_PATH: `${folder}/lib` } },
  );
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1];
  if (line === undefined) throw new Error(`wrk printed no result:\n${stdout}`);
  const result = JSON.parse(line) as Record<
    'requests' | 'microseconds' | 'refused' | 'broken' | 'p50Microseconds' | 'p99Microseconds',
    number
  >;
  const { requests, microseconds, refused, broken, p50Microseconds, p99Microseconds } = result;
  if (requests === 0 || refused > 0 || broken > 0) {
    throw new Error(`${url}: of ${requests} requests ${refused} were refused and ${broken} broken`);
  }
  return { perSecond: (requests * 1e6) / microseconds, requests, p50Microseconds, p99Microseconds };
}
