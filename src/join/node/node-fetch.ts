import http from 'node:http';
import https from 'node:https';
import { LIMITS } from '../../limits.ts';
import type { Fetch, FetchAnswer, FetchInit } from '../http.ts';
import type { CallOptions, TlsFiles } from '../options.ts';
import { readText } from './read-text.ts';

/** A `fetch` with connections of its own. */
export interface NodeFetch {
  readonly fetch: Fetch;
  /** Closes its connections. */
  close(): void;
}

/** The `fetch` that a caller gave, which stays open, or one with connections of its own. */
export function fetchOf({ fetch, tls = {} }: Pick<CallOptions, 'fetch' | 'tls'>): NodeFetch {
  return fetch === undefined ? openNodeFetch(tls) : { fetch, close: () => {} };
}

/**
 * A `fetch` over one connection to each address, which it keeps, as etcd's own client does: by its end a service
 * knows that a machine is gone. It waits for an answer as long as its signal lets it, and follows no redirect.
 */
export function openNodeFetch(tls: TlsFiles): NodeFetch {
  // A long poll is silent for as long as it takes; TCP finds out when the other side is no longer there.
  const options = { keepAlive: true, keepAliveMsecs: LIMITS.tcpKeepAliveMs, maxSockets: 1 };
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent({ ...options, ...tls }) };
  return {
    fetch: (url, init) => request(url, init, agents),
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function request(
  url: string,
  { method, headers, body, signal }: FetchInit,
  agents: Record<'http:' | 'https:', http.Agent>,
): Promise<FetchAnswer> {
  const isTls = url.startsWith('https:');
  const agent = agents[isTls ? 'https:' : 'http:'];
  return new Promise((resolve, reject) => {
    const req = (isTls ? https : http).request(url, { method, headers, signal, agent }, (res) => {
      const get = (name: string): string | null => res.headers[name.toLowerCase()]?.toString() ?? null;
      const answer = (text: string): FetchAnswer => ({
        status: res.statusCode ?? 0,
        headers: { get },
        text: () => Promise.resolve(text),
      });
      readText(res).then((text) => resolve(answer(text)), reject);
    });
    req.on('error', reject);
    req.on('socket', (socket) => socket.setKeepAlive(true, LIMITS.tcpKeepAliveMs));
    req.end(body);
  });
}
