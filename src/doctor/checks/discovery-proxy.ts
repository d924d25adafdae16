import type { Cause } from '../cause.ts';
import type { Check } from '../check.ts';
import type { Facts } from '../facts.ts';

/**
 * Whether the proxies that this environment names matter for discovery. Over v2, etcd takes none of them, and over v3
 * that of HTTPS_PROXY; both as real programs do it.
 */
export const discoveryProxy: Check = {
  id: 'discovery-proxy',
  proves: 'No proxy stands between this machine and the service, or none that etcd would have to be told of.',
  run: (facts) => {
    const { proxy, grpcProxy } = facts.service;
    if (proxy === undefined && grpcProxy === undefined) return 'skipped';
    return [...findNeeded(facts), ...findInTheWay(facts)];
  },
};

function findNeeded({ service, url }: Facts): Cause[] {
  const { failure, proxy } = service;
  if (failure === undefined || proxy === undefined || proxy.failure !== undefined) return [];
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  return [
    {
      id: 'discovery-proxy',
      severity: 'problem',
      sentence: `The service is reached by the proxy of ${variable} only, and etcd's v2 discovery does not use that variable.`,
      evidence: [`${url.host}: ${failure.message}`, `${variable}=${proxy.url}: answers for it`],
      remedy: `Start etcd (up to 3.6, over v2) with --discovery-proxy=${proxy.url}, or let the members reach the service directly.`,
    },
  ];
}

function findInTheWay({ service, url }: Facts): Cause[] {
  const { failure, grpcProxy } = service;
  if (failure !== undefined || grpcProxy?.failure === undefined) return [];
  return [
    {
      id: 'grpc-proxy',
      severity: 'warning',
      sentence:
        'An etcd with the variables of this environment asks a proxy for v3 discovery, and that does not let it through.',
      evidence: [`HTTPS_PROXY=${grpcProxy.url}: ${grpcProxy.failure.message}`],
      remedy: `Where the unit of etcd has HTTPS_PROXY, add ${url.hostname} to its NO_PROXY.`,
    },
  ];
}
