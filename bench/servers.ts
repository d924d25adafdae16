import { cleanEnvironment, type EtcdMember, startEtcdV2, startMember } from '../test/support/etcd.ts';
import { missingPeers, peerDir } from '../test/support/peers.ts';
import { poll } from '../test/support/poll.ts';
import { freePort } from '../test/support/ports.ts';
import { type Program, startProgram } from '../test/support/program.ts';
import { repositoryRoot } from '../test/support/repository.ts';
import { openConnection } from './http-client.ts';
import { createMember } from './member.ts';

/** A discovery service that is measured. */
export interface Side extends AsyncDisposable {
  readonly name: string;
  /** Without a slash at the end. */
  readonly url: string;
  /** Every process that the service consists of. */
  readonly pids: readonly number[];
}

/** The Go discovery server with the etcd behind it, which can also be asked directly. */
export interface GoSide extends Side {
  readonly etcdUrl: string;
}

/**
 * Starts a server whose output goes nowhere, so that no side is slowed down by this process reading its log.
 * Resolves when `GET /health` says that it is there.
 */
async function startServer(
  name: string,
  url: string,
  file: string,
  args: string[],
  cwd?: string,
): Promise<Program> {
  const program = await startProgram({
    name,
    file: '/bin/sh',
    args: ['-c', 'exec "$0" "$@" >/dev/null 2>&1', file, ...args],
    env: cleanEnvironment(),
    ...(cwd === undefined ? {} : { cwd }),
  });
  try {
    const ask = async (signal: AbortSignal): Promise<true | undefined> =>
      (await fetch(`${url}/health`, { signal })).ok || undefined;
    await poll(name, 60_000, ask, program.ended);
    return program;
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts Muster over the embedded store, with its default settings but without limits against floods. */
export function startMuster(folder: string, nodeArgs: readonly string[] = []): Promise<Side> {
  return startMusterOver(`lmdb:${folder}`, ['--rate-limit', 'off'], nodeArgs);
}

/** Starts Muster over any store, with its default settings but for those given. */
export async function startMusterOver(
  store: string,
  settings: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<Side> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--store', store, ...settings];
  const program = await startServer('Muster', url, process.execPath, [
    ...nodeArgs,
    `${repositoryRoot}bin/muster`,
    ...args,
  ]);
  return {
    name: 'Muster',
    url,
    pids: [program.pid],
    async [Symbol.asyncDispose]() {
      await program.stop();
    },
  };
}

/** Starts Muster over a real etcd cluster, without limits against floods. */
export async function startMusterOnEtcd(endpoints: readonly string[]): Promise<Side> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const store = `etcd:${endpoints.join(',')}`;
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--store', store, '--rate-limit', 'off'];
  const file = `${repositoryRoot}bin/muster`;
  const program = await startServer('Muster', url, process.execPath, [file, ...args]);
  return {
    name: 'Muster',
    url,
    pids: [program.pid],
    async [Symbol.asyncDispose]() {
      await program.stop();
    },
  };
}

/** Whether the Go discovery server and its etcd are to be had. */
export const HAS_GO: boolean = missingPeers('etcd-discovery', 'etcd-3.4') === false;

/** Starts the Go discovery server over an etcd 3.4 of its own, whose data is in `folder`. */
export async function startGo(folder: string): Promise<GoSide> {
  const etcd: EtcdMember = await startEtcdV2({ dataDir: folder });
  try {
    const go = await startGoOnEtcd(etcd.clientUrl);
    return {
      ...go,
      etcdUrl: etcd.clientUrl,
      pids: [...go.pids, etcd.program.pid],
      async [Symbol.asyncDispose]() {
        await go[Symbol.asyncDispose]();
        await etcd[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await etcd[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts the Go discovery server over an etcd that is there and serves the v2 API. */
export async function startGoOnEtcd(etcdUrl: string): Promise<Side> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const place = peerDir('etcd-discovery');
  const args = ['--addr', `127.0.0.1:${port}`, '--etcd', etcdUrl, '--host', url];
  const program = await startServer('Go server', url, `${place}/discovery.etcd.io`, args, place);
  return {
    name: 'Go server',
    url,
    pids: [program.pid],
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Whether the etcd is to be had that v3 discovery came with. */
export const HAS_ETCD: boolean = missingPeers('etcd-3.6') === false;

/** Starts an etcd 3.6 of one member, whose data is in `folder`: what v3 discovery needs where there is no Muster. */
export async function startEtcd(folder: string): Promise<Side> {
  const extraArgs = ['--log-outputs', '/dev/null'];
  const member = await startMember({ version: '3.6', name: 'bare', dataDir: folder, extraArgs });
  try {
    await member.waitHealthy();
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
  return {
    name: 'etcd 3.6',
    url: member.clientUrl,
    pids: [member.program.pid],
    [Symbol.asyncDispose]: () => member[Symbol.asyncDispose](),
  };
}

/** Starts a server of Node that gives one and the same answer to everything: the one that `url` gives now. */
export async function startBare(answerOf: string): Promise<Side> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const response = await fetch(answerOf);
  const body = await response.text();
  // Node adds these by itself.
  const own = new Set(['date', 'connection', 'keep-alive']);
  const headers = [...response.headers].flatMap(([name, value]) => (own.has(name) ? [] : [name, value]));
  const args = [`${repositoryRoot}dist/bench/bare-server.js`, String(port), JSON.stringify(headers), body];
  const program = await startServer('bare node:http', url, process.execPath, args);
  return {
    name: 'bare node:http',
    url,
    pids: [program.pid],
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Makes a token and answers the path of its registry, such as `/7e7c63d11e3a4274b61db412494faacb`. */
export async function createToken({ url }: Side, size: number): Promise<string> {
  const [path = ''] = await createTokens({ url }, size, 1);
  return path;
}

const CREATING_CONNECTIONS = 64;

/** Makes many tokens at once; see `createToken`. */
export async function createTokens(
  { url }: Pick<Side, 'url'>,
  size: number,
  count: number,
): Promise<string[]> {
  const paths: string[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    const connection = await openConnection(url);
    while (left-- > 0) {
      const { status, body } = await connection.get(`/new?size=${size}`);
      if (status !== 200) throw new Error(`/new: ${status} ${body}`);
      paths.push(new URL(body).pathname);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: Math.min(count, CREATING_CONNECTIONS) }, work));
  return paths;
}

/** Registers the `number`th member of a token. Throws unless it is the first of that number. */
export async function registerMember({ url }: Side, path: string, number: number): Promise<void> {
  const { id, form } = createMember(url + path, number);
  const connection = await openConnection(url);
  const { status, body } = await connection.put(`${path}/${id}?prevExist=false`, form);
  connection.close();
  if (status !== 201) throw new Error(`registration at ${url}: ${status} ${body}`);
}
