import { listTexts } from '../../registry/findings/wording.ts';
import type { Check } from '../check.ts';

/** Whether etcd in this environment would ask a proxy for its peers (etcd-io/etcd:client/pkg/transport/transport.go). */
export const peerProxy: Check = {
  id: 'peer-proxy',
  proves: 'The proxy variables of this machine leave the peers out.',
  run: ({ peers, proxyOf }) => {
    if (peers.length === 0) return 'skipped';
    const proxied = peers.flatMap(({ url, state }) => {
      const proxy = state === 'bad-url' ? undefined : proxyOf(url);
      return proxy === undefined ? [] : [{ url, proxy }];
    });
    if (proxied.length === 0) return [];
    const hosts = [...new Set(proxied.map(({ url }) => new URL(url).hostname))];
    return [
      {
        id: 'proxy-for-peers',
        severity: 'warning',
        sentence:
          'An etcd with the variables of this environment asks a proxy for its peers, which then do not find each other.',
        evidence: proxied.map(({ url, proxy }) => `${url} by ${proxy}`),
        remedy: `Where the unit of etcd has HTTP_PROXY or HTTPS_PROXY, add ${listTexts(hosts)} to its NO_PROXY, or leave them out.`,
      },
    ];
  },
};
