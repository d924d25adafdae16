import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { count } from './wording.ts';

/** Sizes that survive less than people expect of a cluster. */
export function findShape({ size }: Facts): Finding[] {
  if (size === 1) {
    return [
      {
        id: 'single-member',
        severity: 'note',
        sentence: 'A cluster of 1 stops whenever its one member does, and loses what it held with the disk.',
        evidence: ['size 1'],
        remedy:
          'Where that matters, make a token with /new?size=3 instead, or add members with etcdctl member add.',
      },
    ];
  }
  if (!(size > 0 && size % 2 === 0)) return [];
  const spare = size / 2 - 1;
  return [
    {
      id: 'even-size',
      severity: 'warning',
      sentence: `A cluster of ${size} ${spare === 0 ? 'stops as soon as one member fails' : `survives the loss of ${count(spare, 'member')}, which one of ${size - 1} does too`}.`,
      evidence: [`size ${size}, of which ${size / 2 + 1} have to run`],
      remedy: `Make a token with /new?size=${spare === 0 ? 3 : size - 1} instead, or add one more member with etcdctl member add once the cluster runs.`,
    },
  ];
}
