import { isIP } from 'node:net';
import { isLoopbackAddress } from '../../registry/host.ts';
import type { Check } from '../check.ts';
import { hostOf } from '../probe/ask.ts';
import { linesOf, listMembers } from '../wording.ts';

/** Names that mean another machine everywhere. Debian's installer writes the host name of a machine to 127.0.1.1. */
export const peerNames: Check = {
  id: 'peer-names',
  proves: 'The names in the peer URLs mean the machines themselves, and no loopback address.',
  run: ({ peers }) => {
    const named = peers.filter(
      ({ url, addresses }) => addresses.length > 0 && URL.canParse(url) && isIP(hostOf(new URL(url))) === 0,
    );
    if (named.length === 0) return 'skipped';
    const found = named.filter(
      ({ url, addresses }) =>
        !/\blocalhost$/i.test(new URL(url).hostname) && addresses.some(isLoopbackAddress),
    );
    if (found.length === 0) return [];
    return [
      {
        id: 'peer-name-loopback',
        severity: 'warning',
        sentence: `On this machine the name in the peer URL of ${listMembers(found)} means this machine itself.`,
        evidence: linesOf(found, ({ addresses }) => `is ${addresses.join(', ')}`),
        remedy: 'Take the name off the line of 127.0.1.1 in /etc/hosts, or advertise an address instead.',
      },
    ];
  },
};
