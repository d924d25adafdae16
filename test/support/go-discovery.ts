import { cleanEnvironment } from './etcd.ts';
import { peerDir } from './peers.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { type Program, startProgram } from './program.ts';

export interface GoDiscoveryOptions {
  /** The client URL of an etcd with its v2 API on (`startEtcdV2`). */
  readonly etcdUrl: string;
  readonly address?: string;
  readonly port?: number;
  /** What it puts before the tokens that it hands out. Default: its own URL. */
  readonly publicUrl?: string;
}

/** The Go discovery server. */
export interface GoDiscovery extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly program: Program;
  /** Asks it for a token and gives back the discovery URL. */
  create(size: number): Promise<string>;
}

/** Starts the Go discovery server over an etcd, and waits until it can make tokens. */
export async function startGoDiscovery(options: GoDiscoveryOptions): Promise<GoDiscovery> {
  const address = options.address ?? '127.0.0.1';
  const listen = `${address}:${options.port ?? (await freePort(address))}`;
  const url = `http://${listen}`;
  const program = await startProgram({
    name: 'discovery.etcd.io',
    file: `${peerDir('etcd-discovery')}/discovery.etcd.io`,
    args: ['--addr', listen, '--etcd', options.etcdUrl, '--host', options.publicUrl ?? url],
    // Its settings file is looked for in the working folder (see scripts/peers.mjs); the flags override it.
    cwd: peerDir('etcd-discovery'),
    env: cleanEnvironment(),
  });
  const create = async (size: number, signal?: AbortSignal): Promise<string> => {
    const response = await fetch(`${url}/new?size=${size}`, signal ? { signal } : {});
    const body = await response.text();
    if (!response.ok) throw new Error(`/new: ${response.status} ${body}`);
    return body;
  };
  try {
    const ask = async (signal: AbortSignal): Promise<true | undefined> =>
      (await fetch(`${url}/health`, { signal })).ok || undefined;
    await poll('the Go discovery server', 20_000, ask, program.ended);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return { url, program, create, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
