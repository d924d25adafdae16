import { join } from 'node:path';
import { MusterError } from '../errors.ts';
import { watchToken } from '../join/client.ts';
import { pause } from '../join/pause.ts';
import { findAddress, type MemberAddress } from './addresses.ts';
import { type EtcdProcess, startEtcd } from './etcd-process.ts';
import type { EtcdProgram } from './find-etcd.ts';
import { formatLogLine, parseLogFact } from './log-facts.ts';
import { askStatus, type MemberStatus } from './member-status.ts';
import { Story } from './story.ts';

/** What is to be shown. */
export interface DemoOptions {
  /** The discovery URL. */
  readonly url: string;
  readonly size: number;
  readonly etcd: EtcdProgram;
  readonly dialect: 'v2' | 'v3';
  /** Between the starts of two members. */
  readonly pauseMs: number;
  /** Where data and logs go. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Takes the sentences of the story. */
  readonly say: (sentence: string) => void;
}

/** A member of the cluster that is shown. */
export interface DemoMember extends MemberAddress {
  readonly name: string;
  readonly logFile: string;
  readonly process: EtcdProcess;
}

/** How often a member is started whose ports are taken from under it. */
const ATTEMPTS_MAX = 5;
/** How often a member is asked whether it is ready. */
const ASK_AGAIN_MS = 100;

/** Real etcds, started one after the other, that find each other by one token. */
export class DemoCluster implements AsyncDisposable {
  readonly #options: DemoOptions;
  readonly #story: Story;
  readonly #members = new Map<string, DemoMember>();
  /** Where members listen, or did. */
  readonly #taken = new Set<string>();
  readonly #restarts: Promise<void>[] = [];
  /** Aborts with what keeps the cluster from forming, and when all is over. */
  readonly #over = new AbortController();
  #isUp = false;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#story = new Story(options.size, options.say);
  }

  get members(): readonly DemoMember[] {
    return [...this.#members.values()];
  }

  /**
   * Starts every member, and tells what happens until the cluster takes writes.
   *
   * @throws MusterError `program-failed` where an etcd cannot be started, or ends
   * @throws DiscoveryError where the registry cannot be watched
   * @throws the reason of the signal
   */
  async form(signal: AbortSignal): Promise<readonly MemberStatus[]> {
    const onAbort = (): void => this.#over.abort(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    const over = this.#over.signal;
    try {
      // Each part throws the reason when it is told to stop; where one fails, the others are told so.
      const parts = [this.#watch(over), this.#start(over)];
      await Promise.all(parts.map((part) => part.catch((error: unknown) => this.#over.abort(error))));
      over.throwIfAborted();
      const statuses = await Promise.all(this.members.map((member) => waitUp(member, over)));
      this.#isUp = true;
      return statuses;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends every member, at once, and resolves when they are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.killAll();
    await Promise.all(this.#restarts);
    this.killAll();
    await Promise.all(this.members.map(({ process }) => process.ended));
  }

  /** Ends every member without waiting for that. */
  killAll(): void {
    this.#over.abort(new Error('the demo is over'));
    for (const { process } of this.members) process.kill();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    for await (const { members } of watchToken(this.#options.url, { signal }))
      this.#story.registered(members);
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { size, pauseMs } = this.#options;
    for (let number = 1; number <= size; number++) {
      if (number > 1) await pause(pauseMs, signal);
      signal.throwIfAborted();
      await this.#startMember(`m${number}`, number, 1);
    }
    signal.throwIfAborted();
  }

  async #startMember(name: string, number: number, attempt: number): Promise<void> {
    const { etcd, folder, env, say } = this.#options;
    const { file } = etcd;
    const address = await findAddress(number, this.#taken);
    const logFile = join(folder, `${name}.log`);
    const onLine = (line: string): void => {
      const fact = parseLogFact(line);
      if (fact !== undefined && !this.#over.signal.aborted) this.#story.heard(name, fact);
    };
    if (attempt === 1) say(`${name} starts, on ${new URL(address.peerUrl).hostname}.`);
    try {
      const args = this.#argsOf(name, address);
      const process = await startEtcd({ file, args, env, logFile, onLine });
      this.#members.set(name, { name, logFile, process, ...address });
      void process.ended.then((how) => {
        if (this.#isOfTakenPort(process) && attempt < ATTEMPTS_MAX) this.#restart(name, number, attempt + 1);
        else this.#ended(name, process, how);
      });
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      throw new MusterError('program-failed', `cannot start ${file}: ${reason}`, {
        remedy: 'Name another etcd with --etcd PATH.',
        cause,
      });
    }
  }

  /** Whether somebody took a port between its choice and the start, which only etcd can find out. */
  #isOfTakenPort(process: EtcdProcess): boolean {
    if (this.#isUp || this.#over.signal.aborted) return false;
    return process.reasons().some((line) => line.includes('address already in use'));
  }

  #restart(name: string, number: number, attempt: number): void {
    const started = this.#startMember(name, number, attempt);
    this.#restarts.push(started.catch((error: unknown) => this.#over.abort(error)));
  }

  #argsOf(name: string, { peerUrl, clientUrl }: MemberAddress): readonly string[] {
    const { url, dialect, folder } = this.#options;
    const discovery =
      dialect === 'v2'
        ? ['--discovery', url]
        : ['--discovery-token', url, '--discovery-endpoints', new URL(url).origin];
    return [
      ...['--name', name, '--data-dir', join(folder, name)],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...discovery,
    ];
  }

  #ended(name: string, process: EtcdProcess, how: string): void {
    if (this.#over.signal.aborted) return;
    if (this.#isUp) {
      this.#options.say(`${name} has ended (${how}).`);
      return;
    }
    const lines = process.reasons().map((line) => `\n  ${formatLogLine(line)}`);
    this.#over.abort(
      new MusterError('program-failed', `${name} ended before the cluster was there (${how})`, {
        remedy: lines.length === 0 ? 'It printed nothing.' : `This is what it printed:${lines.join('')}`,
      }),
    );
  }
}

async function waitUp({ clientUrl }: DemoMember, signal: AbortSignal): Promise<MemberStatus> {
  for (;;) {
    const status = await askStatus(clientUrl, signal);
    if (status !== undefined) return status;
    await pause(ASK_AGAIN_MS, signal);
    signal.throwIfAborted();
  }
}
