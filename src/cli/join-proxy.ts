import { basename } from 'node:path';
import { askPeer } from '../cluster/ask-member.ts';
import type { DiscoveredMember } from '../join/discovered-member.ts';
import type { Fetch } from '../join/http.ts';
import { openNodeFetch } from '../join/node/node-fetch.ts';
import { pause } from '../join/pause.ts';
import { isForProxy, type TlsChoice } from './join-tls.ts';

/** How long to wait before the members are asked again. They may be about to start. */
const AGAIN_MS = 2000;

/**
 * The client URLs of a cluster, as the first of its members that answers on its peer URL tells them
 * (etcd-io/etcd:server/etcdserver/api/etcdhttp/peer.go, `/members`). Asks until one does or the signal aborts.
 *
 * @throws the reason of the signal
 */
export async function findClientUrls(
  members: readonly DiscoveredMember[],
  { texts }: TlsChoice,
  signal: AbortSignal,
  onRetry: (reason: string) => void,
): Promise<readonly string[]> {
  const { fetch, close } = openNodeFetch(texts);
  try {
    for (;;) {
      const asked = members.flatMap(({ peerUrls }) => peerUrls).map((url) => askUrls(url, fetch, signal));
      const answers = await Promise.all(asked);
      // Also where somebody answered meanwhile: who was told to stop starts nothing.
      signal.throwIfAborted();
      const found = answers.find(({ urls }) => urls.length > 0);
      if (found !== undefined) return found.urls;
      const [{ problem } = { problem: 'they have no peer URLs' }] = answers;
      onRetry(`the cluster is full, and no member says yet where clients reach it: ${problem}`);
      await pause(AGAIN_MS, signal);
      signal.throwIfAborted();
    }
  } finally {
    close();
  }
}

/** The client URLs that a member tells, or why there are none. */
interface MemberAnswer {
  readonly urls: readonly string[];
  readonly problem: string;
}

async function askUrls(peerUrl: string, fetch: Fetch, signal: AbortSignal): Promise<MemberAnswer> {
  const answer = await askPeer(peerUrl, fetch, signal);
  if ('problem' in answer) return { urls: [], problem: answer.problem };
  const urls = [...new Set(answer.members.flatMap(({ clientUrls }) => clientUrls))];
  return { urls, problem: `${new URL(peerUrl).host} names no client URL` };
}

/**
 * The words of a command up to its etcd, such as `sudo -u etcd etcd`; what follows are the arguments of a member. Etcd
 * is the first word of that name, or the last one of several in a row, that does not stand right behind an option,
 * whose value it may be; `--` before it makes it plain. Where there is none, the first word is the program.
 */
export function wordsOfEtcd(command: readonly string[]): readonly string[] {
  const isEtcd = (word: string | undefined): boolean =>
    word !== undefined && !/^-|=/.test(word) && basename(word) === 'etcd';
  const found = command.findIndex((word, index) => {
    const before = command[index - 1];
    const isBehindOption = before?.startsWith('-') === true && before !== '--';
    return isEtcd(word) && !isBehindOption && !isEtcd(command[index + 1]);
  });
  return command.slice(0, Math.max(found, 0) + 1);
}

/** How etcd becomes a proxy: its arguments, and what its environment needs beside them. */
export interface ProxyStart {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** What was given and is not passed on, with the reason. */
  readonly notice: string | undefined;
}

/**
 * Etcd as a proxy before a cluster, which it reaches with the files of TLS that are given. It takes a certificate for
 * that without a common name only, and from 3.5 on a CA with such a certificate only; alone, the CA goes the way that
 * every program of Go knows (etcd-io/etcd:client/pkg/transport/listener.go, ClientConfig, `EmptyCN`).
 */
export function startOfProxy(clientUrls: readonly string[], listen: string, tls: TlsChoice): ProxyStart {
  // etcd 3.6 dials the address that it advertises before it serves, and ends where nobody answers there.
  const own = [`--listen-addr=${listen}`, `--advertise-client-url=${listen}`];
  const args = ['grpc-proxy', 'start', `--endpoints=${clientUrls.join(',')}`, ...own];
  const { ca, cert, key } = tls.files;
  if (!clientUrls.some((url) => url.startsWith('https:'))) return { args, variables: {}, notice: undefined };
  if (isForProxy(tls)) {
    const caArgs = ca === undefined ? [] : [`--cacert=${ca}`];
    return {
      args: [...args, ...caArgs, `--cert=${cert}`, `--key=${key}`],
      variables: {},
      notice: undefined,
    };
  }
  const notice =
    cert === undefined
      ? undefined
      : `etcd grpc-proxy takes no certificate with a common name, so the proxy does not show ${cert}`;
  return { args, variables: ca === undefined ? {} : { SSL_CERT_FILE: ca }, notice };
}
