import { cleanEnvironment } from './etcd.ts';
import { httpsGet } from './https-get.ts';
import { LogLines } from './log-lines.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { type Program, type ProgramExit, startProgram } from './program.ts';
import { repositoryRoot } from './repository.ts';
import type { IssuedPair } from './test-ca.ts';

export interface MusterOptions {
  /** `--store`, such as `lmdb:DIR`. Default `memory:`. */
  readonly store?: string;
  /** The address of `--listen`. Default 127.0.0.1. */
  readonly address?: string;
  /** Default: a free one, the same over all runs. */
  readonly port?: number;
  /** It serves over TLS (by `args`), with a certificate of this CA, in PEM form. */
  readonly ca?: string;
  /** Shown to it where it demands a client certificate. */
  readonly identity?: IssuedPair;
  /** More arguments after `serve`. */
  readonly args?: readonly string[];
  /** More variables. Those named MUSTER_* of this process are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a client needs to reach it over TLS. */
interface TlsAccess extends Partial<IssuedPair> {
  readonly ca: string;
}

/** A running Muster: the program of this repository, or the one that MUSTER_BIN names. */
export class Muster implements AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** What all its runs printed. */
  readonly log: LogLines;
  readonly #tls: TlsAccess | undefined;
  readonly #start: () => Promise<Program>;
  #program: Program;

  constructor(
    address: string,
    port: number,
    log: LogLines,
    program: Program,
    start: () => Promise<Program>,
    tls: TlsAccess | undefined,
  ) {
    this.address = address;
    this.port = port;
    this.#tls = tls;
    this.url = `${tls === undefined ? 'http' : 'https'}://${address}:${port}`;
    this.log = log;
    this.#program = program;
    this.#start = start;
  }

  /** Its current process, or the last one. */
  get program(): Program {
    return this.#program;
  }

  /** Kills it as a power cut would, without a word, and waits until it is gone. */
  async kill9(): Promise<void> {
    this.#program.kill('SIGKILL');
    await this.#program.exited;
  }

  /** Asks it to end by SIGTERM, and says how it ended. */
  stop(timeoutMs?: number): Promise<ProgramExit> {
    return this.#program.stop(timeoutMs);
  }

  /** Ends it if it runs, starts it again on the same port and store, and waits until it is ready. */
  async restart(): Promise<void> {
    await this.#program.stop();
    this.#program = await this.#start();
    await this.waitReady();
  }

  /** Waits until it answers; rejects at once when it ends. */
  async waitReady(timeoutMs = 20_000): Promise<void> {
    const ask = async (signal: AbortSignal): Promise<true | undefined> => {
      if (this.#tls !== undefined) {
        return (await httpsGet(`${this.url}/health`, { ...this.#tls, signal })).status === 200 || undefined;
      }
      const response = await fetch(`${this.url}/health`, { signal });
      await response.arrayBuffer();
      return response.ok || undefined;
    };
    try {
      await poll('muster ready', timeoutMs, ask, this.#program.ended);
    } catch (error) {
      throw new Error(`muster did not get ready; its last lines:\n${this.log.tail}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

/** Starts `muster serve` on a loopback address, and waits until it is ready. */
export async function startMuster(options: MusterOptions = {}): Promise<Muster> {
  const address = options.address ?? '127.0.0.1';
  const port = options.port ?? (await freePort(address));
  const log = new LogLines();
  const { MUSTER_BIN: bin = `${repositoryRoot}bin/muster` } = process.env;
  const listen = ['--listen', `${address}:${port}`, '--store', options.store ?? 'memory:'];
  const args = [bin, 'serve', ...listen, ...(options.args ?? [])];
  const env = { ...cleanEnvironment(), ...options.env };
  const tls = options.ca === undefined ? undefined : { ca: options.ca, ...options.identity };
  const start = (): Promise<Program> =>
    startProgram({ name: 'muster', file: process.execPath, args, env, log });
  const muster = new Muster(address, port, log, await start(), start, tls);
  try {
    await muster.waitReady();
    return muster;
  } catch (error) {
    await muster[Symbol.asyncDispose]();
    throw error;
  }
}
