import type { Cause } from '../cause.ts';
import type { Check } from '../check.ts';
import type { Facts } from '../facts.ts';

/** Name, connection and answer of the service. */
export const serviceWay: Check = {
  id: 'service-way',
  proves: 'The discovery service is reached from this machine as etcd reaches it: directly, without a proxy.',
  run: (facts) => {
    const { failure, addresses } = facts.service;
    if (failure === undefined) return [];
    const { host, hostname } = facts.url;
    const evidence = [
      `${host}: ${failure.message}`,
      ...(addresses.some((address) => !hostname.includes(address))
        ? [`${hostname} is ${addresses.join(', ')}`]
        : []),
    ];
    if (failure.kind === 'unresolved') {
      return [
        {
          id: 'service-unresolved',
          severity: 'problem',
          sentence: `The name ${hostname} of the discovery service has no address on this machine.`,
          evidence,
          remedy: 'Check the spelling of the URL, and the name server or /etc/hosts of every machine.',
        },
      ];
    }
    return [unreachable(facts, evidence)];
  },
};

function unreachable({ url, service }: Facts, evidence: readonly string[]): Cause {
  const { failure } = service;
  const base = { id: 'service-unreachable', severity: 'problem', evidence } as const;
  const { host } = url;
  switch (failure?.kind) {
    case 'refused':
      return {
        ...base,
        sentence: `Nobody listens at ${host}: the discovery service does not run there, or at another port.`,
        remedy:
          'Start the service, and check the port in the URL; it must listen at more than a loopback address.',
      };
    case 'filtered':
    case 'no-route':
      return {
        ...base,
        sentence: `Nothing comes back from ${host}: a firewall drops what is sent, or no such machine is up.`,
        remedy: `Let the members connect to ${host} in every firewall and security group on the way, and check the address.`,
      };
    case 'not-tls':
      return {
        ...base,
        sentence: `No TLS is spoken at ${host}, and the URL of the token begins with https.`,
        remedy:
          'Give the members the URL letter by letter as /new printed it, or put TLS in front of the service.',
      };
    default:
      return {
        ...base,
        sentence: `The discovery service at ${host} takes the connection and gives no answer.`,
        remedy: 'Look into the log of the service, and check that the port is that of the service.',
      };
  }
}
