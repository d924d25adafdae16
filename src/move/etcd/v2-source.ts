import { MusterError } from '../../errors.ts';
import type { FoundKey, FoundRegistry } from './found-registry.ts';

const REGISTRY = '/v2/keys/_etcd/registry';
const TIMEOUT_MS = 30_000;
/** Tokens that are asked for at a time. */
const ASKING_MAX = 16;

/** A node of etcd's v2 API (etcd-io/etcd@v3.4.23:etcdserver/api/v2store/node_extern.go). */
interface Node {
  readonly key?: string;
  readonly value?: string;
  readonly dir?: boolean;
  readonly expiration?: string;
  readonly nodes?: readonly Node[];
  readonly createdIndex?: number;
}

/**
 * What the Go discovery server keeps: `<token>/_config/size`, `<token>/_state` and `<token>/<member>`. A name with "_"
 * in front is not in the listing of its folder, so each is asked for by itself. The names of all tokens are held; undefined
 * where this etcd does not serve the v2 API.
 */
export async function listV2Tokens(etcd: string): Promise<readonly string[] | undefined> {
  const answer = await getNode(etcd, '');
  if (answer === 'no-api') return undefined;
  const folders = answer?.nodes?.filter(({ dir }) => dir === true) ?? [];
  return folders.map(({ key }) => nameOf(key));
}

/** What stands below these tokens, in their order. */
export async function* readV2Registries(
  etcd: string,
  tokens: readonly string[],
): AsyncGenerator<FoundRegistry> {
  for (let first = 0; first < tokens.length; first += ASKING_MAX) {
    yield* await Promise.all(
      tokens.slice(first, first + ASKING_MAX).map((token) => readRegistry(etcd, token)),
    );
  }
}

async function readRegistry(etcd: string, token: string): Promise<FoundRegistry> {
  const path = `/${encodeURIComponent(token)}`;
  const [folder, size, state] = await Promise.all(
    [path, `${path}/_config/size`, `${path}/_state`].map((each) => getNode(etcd, each)),
  );
  const folderEnd = folder === 'no-api' ? undefined : endOf(folder);
  const nodes = folder === 'no-api' ? [] : (folder?.nodes ?? []);
  const foundSize = toKey(size);
  return {
    token,
    dialect: 'v2',
    // The Go discovery server lets a token end by its folder.
    size: foundSize && { ...foundSize, ...firstEnd(foundSize.expiresAt, folderEnd) },
    state: toKey(state),
    members: nodes.flatMap((node) => {
      const key = toKey(node);
      return key === undefined ? [] : [{ ...key, id: nameOf(node.key) }];
    }),
  };
}

function firstEnd(...ends: readonly (number | undefined)[]): { expiresAt?: number } {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? {} : { expiresAt: Math.min(...known) };
}

function toKey(node: Node | 'no-api' | undefined): FoundKey | undefined {
  if (node === undefined || node === 'no-api' || node.dir === true || node.value === undefined)
    return undefined;
  const createdAt = node.createdIndex ?? 0;
  return { value: new TextEncoder().encode(node.value), createdAt, ...firstEnd(endOf(node)) };
}

function endOf(node: Node | undefined): number | undefined {
  const end = Date.parse(node?.expiration ?? '');
  return Number.isNaN(end) ? undefined : end;
}

function nameOf(key: string | undefined): string {
  return key?.slice(key.lastIndexOf('/') + 1) ?? '';
}

/** A node with those below it; undefined where there is none. */
async function getNode(etcd: string, path: string): Promise<Node | 'no-api' | undefined> {
  const url = `${etcd}${REGISTRY}${path}?quorum=true`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw unreadable(etcd, reasonOf(cause), cause);
  }
  const answer = parseAnswer(text);
  if (answer === undefined && status === 404) return 'no-api';
  if (answer?.node !== undefined && status === 200) return answer.node;
  // "Key not found".
  if (answer?.errorCode === 100) return undefined;
  throw unreadable(etcd, `HTTP status ${status} ${text.slice(0, 200)}`);
}

function parseAnswer(text: string): { readonly node?: Node; readonly errorCode?: number } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const { code, message } = cause as { code?: string; message?: string };
  return message || code || String(error);
}

/** An etcd that does not give what it is asked for. */
export function unreadable(etcd: string, reason: string, cause?: unknown): MusterError {
  return new MusterError('store-unavailable', `cannot read the etcd at ${etcd}: ${reason}`, {
    remedy: 'Check the address, which is a client URL of etcd, and that it may be read without a password.',
    ...(cause === undefined ? {} : { cause }),
  });
}
