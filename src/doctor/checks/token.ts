import type { Check } from '../check.ts';
import { reportOf } from '../facts.ts';

/** What the registry tells about the token itself; its findings have their page, docs/findings.md. */
export const tokenFindings: Check = {
  id: 'token',
  proves: 'The token is alive, and its members gave names and addresses that make up a cluster.',
  run: (facts) => reportOf(facts)?.findings ?? 'skipped',
};
