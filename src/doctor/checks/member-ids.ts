import { nameOfId } from '../../registry/findings/wording.ts';
import { findSalt } from '../../registry/member-id.ts';
import type { MemberReport } from '../../registry/token-report.ts';
import type { Check } from '../check.ts';
import { type Facts, reportOf } from '../facts.ts';

/** Whether the ids of the members come of one text: etcd hashes them with the URL or token that it was given. */
export const memberIds: Check = {
  id: 'member-ids',
  proves: 'The ids of all members come of one and the same spelling of the discovery URL or token.',
  run: (facts) => {
    const report = reportOf(facts);
    const members = report?.members.filter(({ slot, name }) => slot !== null && name !== null) ?? [];
    if (members.length === 0) return 'skipped';
    // Muster has seen what members sent, and knows more.
    if (report?.findings.some(({ id }) => id === 'mixed-salts')) return [];
    const salts = members.map((member) => saltOf(member, facts));
    if (new Set(salts).size < 2) return [];
    return [
      {
        id: 'id-mismatch',
        severity: 'problem',
        sentence:
          'The ids of the members come of different spellings of the discovery URL, so that they take each other for members of different clusters.',
        evidence: members.map(
          (member, index) =>
            `${nameOfId(member.name ?? member.id)} (${member.id}): ${salts[index] ?? 'a text that is neither the given URL nor its token'}`,
        ),
        remedy:
          'Give every member the same URL, letter by letter, as --discovery or --discovery-token, and begin with a new token.',
      },
    ];
  },
};

/** The text that leads from its peer URLs to its id, in words; undefined where it is none that can be known here. */
function saltOf({ id, peerUrls }: MemberReport, { urlText, tokenText }: Facts): string | undefined {
  const bare = urlText.replace(/\/+$/, '');
  switch (findSalt(id, peerUrls, [urlText, bare, `${bare}/`, tokenText])) {
    case undefined:
      return undefined;
    case urlText:
      return 'the URL as it was given here';
    case tokenText:
      return 'the token alone';
    default:
      return 'the URL with or without a slash at its end';
  }
}
