import type { Cause } from '../cause.ts';
import { problemsOf } from '../certificate-problems.ts';
import type { Check } from '../check.ts';
import { type Facts, type MemberProbe, reportOf } from '../facts.ts';
import { linesOf, listMembers } from '../wording.ts';

/** The certificates that peers show. */
export const peerCertificate: Check = {
  id: 'peer-certificate',
  proves: 'The certificates of the peers are for their names, in their time, and of the CA that was given.',
  run: (facts) => {
    const shown = facts.peers.filter(({ certificate }) => certificate !== undefined);
    if (shown.length === 0) return 'skipped';
    return [...findBad(facts, shown), ...findUntrusted(facts, shown)];
  },
};

/** What is wrong whatever the CA is. */
function findBad(facts: Facts, shown: readonly MemberProbe[]): Cause[] {
  const problems = (peer: MemberProbe): string[] =>
    peer.certificate === undefined ? [] : problemsOf({ ...peer.certificate, distrust: undefined }, facts.now);
  const found = shown.filter((peer) => problems(peer).length > 0);
  if (found.length === 0) return [];
  return [
    {
      id: 'peer-certificate',
      severity: 'problem',
      sentence: `Other members refuse the certificate of ${listMembers(found)}: it is not for the host of its peer URL, or not in its time.`,
      evidence: linesOf(found, (peer) => problems(peer).join('; ')),
      remedy:
        'Issue certificates with the host or address of each peer URL as a subject alternative name, and set the clocks.',
    },
  ];
}

/** Peers have a CA of their own as a rule, which only whoever runs them knows. */
function findUntrusted(facts: Facts, shown: readonly MemberProbe[]): Cause[] {
  const found = shown.filter(({ certificate }) => certificate?.distrust !== undefined);
  if (found.length === 0) return [];
  const evidence = linesOf(
    found,
    ({ certificate }) => `issued by ${certificate?.issuer || 'nobody'} (${certificate?.distrust})`,
  );
  const isOne = new Set(found.map(({ certificate }) => certificate?.issuer)).size === 1;
  if (facts.hasCa) {
    return [
      {
        id: 'peer-ca',
        severity: 'problem',
        sentence: `The certificate of ${listMembers(found)} is not from the CA of --ca, so that members with that CA refuse it.`,
        evidence,
        remedy:
          'Use certificates of one CA for all peers, and give that CA to each in --peer-trusted-ca-file.',
      },
    ];
  }
  return [
    {
      id: 'peer-ca',
      severity: isOne || reportOf(facts) === undefined ? 'note' : 'warning',
      sentence: `The certificate of ${listMembers(found)} is from a CA that this machine does not know${isOne ? '' : ', and not all are from one'}.`,
      evidence,
      remedy:
        'Give --ca with the file of --peer-trusted-ca-file, so that it can be checked as the members check it.',
    },
  ];
}
