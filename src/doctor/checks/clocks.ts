import type { Check } from '../check.ts';
import { formatDifference, nameOfMember } from '../wording.ts';

/** Clocks are told in whole seconds, and an answer takes its time. Peers of etcd warn each other from 1 s on. */
const DIFFERENCE_MAX_MS = 5000;

/** The clocks of this machine, of the service, and of the members. */
export const clocks: Check = {
  id: 'clocks',
  proves: 'The clocks of this machine, of the service and of the members that answer go alike.',
  run: ({ service, peers, url }) => {
    const told = [
      { who: `the service at ${url.host}`, aheadMs: service.clockAheadMs },
      ...peers.map((peer) => ({
        who: `${nameOfMember(peer.member)} at ${peer.url}`,
        aheadMs: peer.answer?.clockAheadMs ?? null,
      })),
    ].flatMap(({ who, aheadMs }) => (aheadMs === null ? [] : [{ who, aheadMs }]));
    if (told.length === 0) return 'skipped';
    const off = told.filter(({ aheadMs }) => Math.abs(aheadMs) > DIFFERENCE_MAX_MS);
    if (off.length === 0) return [];
    const isAll = off.length === told.length && off.length > 1;
    return [
      {
        id: 'clock-difference',
        severity: 'warning',
        sentence: isAll
          ? 'The clock of this machine is off: all others are elsewhere.'
          : 'Clocks do not go alike, so that certificates may be refused as too old or too new, and logs mislead.',
        evidence: off.map(
          ({ who, aheadMs }) =>
            `${who} is ${formatDifference(aheadMs)} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`,
        ),
        remedy: 'Let chrony, systemd-timesyncd or another NTP client set the clock of every machine.',
      },
    ];
  },
};
