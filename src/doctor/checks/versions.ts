import type { Check } from '../check.ts';
import { type MemberProbe, peersIn } from '../facts.ts';
import { linesOf } from '../wording.ts';

/** Whether members are near enough to each other. */
export const versions: Check = {
  id: 'versions',
  proves: 'The members run versions of etcd that work with each other.',
  run: (facts) => {
    const answering = peersIn(facts, 'answers').filter(
      ({ answer }) => minorOf(answer?.version) !== undefined,
    );
    if (answering.length < 2) return 'skipped';
    const minors = answering.map(({ answer }) => minorOf(answer?.version) ?? 0);
    if (Math.max(...minors) - Math.min(...minors) < 2) return [];
    return [
      {
        id: 'version-gap',
        severity: 'problem',
        sentence: 'Members are more than one minor version apart, which etcd does not let into one cluster.',
        evidence: linesOf(answering, ({ answer }: MemberProbe) => `etcd ${answer?.version}`),
        remedy: 'Run one version of etcd on all machines; an upgrade goes one minor version at a time.',
      },
    ];
  },
};

/** `3.5.16` as 305: 2.3 and 3.0 are neighbours too, and as far apart as this makes them they have no business together. */
function minorOf(version: string | null | undefined): number | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return major === undefined ? undefined : Number(major) * 100 + Number(minor);
}
