import type { Answer } from './probe/ask.ts';

/** Whether an answer sends on to another place. */
export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400;
}

/**
 * The discovery URL that a redirect of its size key leads to. etcd goes where an absolute Location leads, and nowhere
 * with a relative one (etcd-io/etcd:client/v2/client.go, simpleHTTPClient and redirectFollowingHTTPClient).
 */
export function redirectedUrl(answer: Answer): string | undefined {
  const { location } = answer.headers;
  if (!isRedirect(answer) || location === undefined || !URL.canParse(location)) return undefined;
  const url = new URL(location);
  if (!/^https?:$/.test(url.protocol) || !url.pathname.endsWith(SIZE_PATH)) return undefined;
  url.pathname = url.pathname.slice(0, -SIZE_PATH.length);
  url.search = '';
  return url.href;
}

const SIZE_PATH = '/_config/size';
