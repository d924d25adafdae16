import { LogLines } from './log-lines.ts';
import { type EtcdVersion, etcdProgram } from './peers.ts';
import { poll } from './poll.ts';
import { freePort } from './ports.ts';
import { type Program, startProgram } from './program.ts';

export interface MemberOptions {
  readonly version: EtcdVersion;
  /** Its `--name`. */
  readonly name: string;
  /** Its folder, best below a `TempDir`. It is kept between runs. */
  readonly dataDir: string;
  /** How it finds the others: by this URL. Without it, it is a cluster by `initialCluster`. */
  readonly discoveryUrl?: string;
  /** How it finds the others over v3: `--discovery-token` and `--discovery-endpoints`. */
  readonly discoveryToken?: { readonly token: string; readonly endpoints: readonly string[] };
  /** The static cluster, `name=url[,name=url...]`. Default, without `discoveryUrl`: this member alone. */
  readonly initialCluster?: string;
  /** Its loopback address. Default 127.0.0.1. */
  readonly address?: string;
  /** Defaults: free ones, the same over all runs. */
  readonly peerPort?: number;
  readonly clientPort?: number;
  /** More flags; the last of two equal ones wins. */
  readonly extraArgs?: readonly string[];
  /** More variables. Those named ETCD_* of this process are not passed on. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One entry of etcd's member list. */
export interface MemberListEntry {
  /** Hex, without leading zeros, as etcd prints it. */
  readonly id: string;
  /** Empty for a member that was added and has not started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
}

/** A real etcd member. Its processes come and go; its name, folder, ports and log stay. */
export class EtcdMember implements AsyncDisposable {
  readonly version: EtcdVersion;
  readonly name: string;
  readonly dataDir: string;
  readonly peerUrl: string;
  readonly clientUrl: string;
  /** What all its runs printed. */
  readonly log: LogLines;
  /** While something starts it again when it ends (see `supervise`): aborts when that gives up. */
  supervision: AbortSignal | undefined;
  readonly #start: () => Promise<Program>;
  #program: Program;

  constructor(
    options: MemberOptions,
    urls: { peerUrl: string; clientUrl: string },
    log: LogLines,
    program: Program,
    start: () => Promise<Program>,
  ) {
    this.version = options.version;
    this.name = options.name;
    this.dataDir = options.dataDir;
    this.peerUrl = urls.peerUrl;
    this.clientUrl = urls.clientUrl;
    this.log = log;
    this.#program = program;
    this.#start = start;
  }

  /** Its current process, or the last one. */
  get program(): Program {
    return this.#program;
  }

  /** Starts it again, with the same command line and folder, after its process has ended. */
  async start(): Promise<Program> {
    if (this.#program.isRunning) throw new Error(`${this.name} runs already`);
    this.#program = await this.#start();
    return this.#program;
  }

  /** Waits for a line of any of its runs; rejects when it ends for good. */
  waitForLine(pattern: RegExp, timeoutMs = 30_000, fromLine = 0): Promise<RegExpExecArray> {
    return this.log.waitFor(pattern, timeoutMs, fromLine, this.#givingUp());
  }

  /** Waits until it says of itself that its cluster has a leader and takes writes. */
  async waitHealthy(timeoutMs = 30_000): Promise<void> {
    const ask = async (signal: AbortSignal): Promise<true | undefined> => {
      const response = await fetch(`${this.clientUrl}/health`, { signal });
      const body = await response.text();
      return /"health":\s*"true"/.test(body) ? true : undefined;
    };
    try {
      await poll(`${this.name} healthy`, timeoutMs, ask, this.#givingUp());
    } catch (error) {
      throw new Error(`${this.name} did not get healthy; its last lines:\n${this.log.tail}`, {
        cause: error,
      });
    }
  }

  /** The members of its cluster as its own etcd lists them, by name. */
  async memberList(): Promise<MemberListEntry[]> {
    const response = await fetch(`${this.clientUrl}/v3/cluster/member/list`, { method: 'POST', body: '{}' });
    if (!response.ok)
      throw new Error(`${this.name}: member list: ${response.status} ${await response.text()}`);
    const { members } = (await response.json()) as { members: WireMember[] };
    return members
      .map((member) => ({
        id: BigInt(member.ID).toString(16),
        name: member.name ?? '',
        peerUrls: member.peerURLs ?? [],
        clientUrls: member.clientURLs ?? [],
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  #givingUp(): AbortSignal {
    return this.supervision ?? this.#program.ended;
  }
}

/** A member in the JSON of etcd's gateway: 64-bit ids are decimal strings, empty fields are left out. */
interface WireMember {
  readonly ID: string;
  readonly name?: string;
  readonly peerURLs?: string[];
  readonly clientURLs?: string[];
}

function originArgs(
  { discoveryUrl, discoveryToken, initialCluster, name }: MemberOptions,
  peerUrl: string,
): string[] {
  if (discoveryUrl !== undefined) return ['--discovery', discoveryUrl];
  if (discoveryToken === undefined) return ['--initial-cluster', initialCluster ?? `${name}=${peerUrl}`];
  const { token, endpoints } = discoveryToken;
  return ['--discovery-token', token, '--discovery-endpoints', endpoints.join(',')];
}

/** Starts a real etcd member on a loopback address. Does not wait until it is ready: it may never be, alone. */
export async function startMember(options: MemberOptions): Promise<EtcdMember> {
  const address = options.address ?? '127.0.0.1';
  const peerUrl = `http://${address}:${options.peerPort ?? (await freePort(address))}`;
  const clientUrl = `http://${address}:${options.clientPort ?? (await freePort(address))}`;
  const origin = originArgs(options, peerUrl);
  const args = [
    ...['--name', options.name, '--data-dir', options.dataDir],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    // Loopback needs no tenth of a second between heartbeats; an election is over ten times as soon.
    ...['--heartbeat-interval', '50', '--election-timeout', '500'],
    ...origin,
    ...(options.extraArgs ?? []),
  ];
  const file = etcdProgram(options.version, 'etcd');
  const env = { ...cleanEnvironment(), ...options.env };
  const log = new LogLines();
  const start = (): Promise<Program> => startProgram({ name: options.name, file, args, env, log });
  return new EtcdMember(options, { peerUrl, clientUrl }, log, await start(), start);
}

/** Members that are started together and end together: `await using members = await startMembers(...)`. */
export interface MemberGroup extends AsyncDisposable {
  /** In the order of their options. */
  readonly all: readonly EtcdMember[];
  waitHealthy(timeoutMs?: number): Promise<void>;
}

/** Starts several members at the same time. When one cannot be started, none is left running. */
export async function startMembers(options: readonly MemberOptions[]): Promise<MemberGroup> {
  const starts = await Promise.allSettled(options.map(startMember));
  const all = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const dispose = async (): Promise<void> => {
    await Promise.all(all.map((member) => member[Symbol.asyncDispose]()));
  };
  const failure = starts.find((start) => start.status === 'rejected');
  if (failure) {
    await dispose();
    throw failure.reason;
  }
  return {
    all,
    async waitHealthy(timeoutMs) {
      await Promise.all(all.map((member) => member.waitHealthy(timeoutMs)));
    },
    [Symbol.asyncDispose]: dispose,
  };
}

/** The environment of this process, without what would configure a program beside its command line. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(ETCD|ETCDCTL|DISC|MUSTER)_/.test(name));
  // etcd 3.4 starts on 64-bit ARM only when told that this is meant.
  const arm = process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {};
  return { ...Object.fromEntries(own), ...arm };
}

/** Starts a real etcd 3.4 of one member with its v2 API on: the reference for what Muster answers there. */
export async function startEtcdV2(options: {
  readonly dataDir: string;
  readonly address?: string;
  readonly extraArgs?: readonly string[];
}): Promise<EtcdMember> {
  const extraArgs = ['--enable-v2', ...(options.extraArgs ?? [])];
  const member = await startMember({ version: '3.4', name: 'reference', ...options, extraArgs });
  try {
    await member.waitHealthy();
    return member;
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
}
