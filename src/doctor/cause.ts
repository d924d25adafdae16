import { presentable } from '../registry/findings/wording.ts';
import { FINDING_IDS, type FindingId, type Severity } from '../registry/findings.ts';

/**
 * Why a cluster does not form, or may not, beside what the keys of its token tell; of those that weigh the same, the
 * likeliest first. Each has its section on docs/doctor.md, and keeps its meaning for good, since programs go by it.
 */
export const DOCTOR_CAUSE_IDS = [
  'discovery-proxy',
  'service-unresolved',
  'service-unreachable',
  'service-certificate',
  'service-no-discovery',
  'service-redirects',
  'unknown-token',
  'refused-read',
  'all-gone',
  'peer-filtered',
  'peer-refused',
  'peer-unresolved',
  'peer-no-route',
  'peer-name-loopback',
  'peer-scheme',
  'peer-certificate',
  'peer-ca',
  'peer-tls-failed',
  'peer-silent',
  'peer-no-etcd',
  'own-cluster',
  'other-cluster',
  'id-mismatch',
  'no-leader',
  'version-gap',
  'peer-wants-certificate',
  'proxy-for-peers',
  'grpc-proxy',
  'clock-difference',
  'changed-members',
] as const;

export type DoctorCauseId = (typeof DOCTOR_CAUSE_IDS)[number];

/** A cause that the log of a member names: `log-` and the id of the line. */
export type LogCauseId = `log-${string}`;

/** One thing that may be the matter. */
export interface Cause {
  readonly id: DoctorCauseId | FindingId | LogCauseId;
  readonly severity: Severity;
  /** What is the matter. */
  readonly sentence: string;
  /** What it follows from, one a line. */
  readonly evidence: readonly string[];
  /** What to do, as a sentence that can stand alone. */
  readonly remedy: string;
}

const SEVERITIES: readonly Severity[] = ['problem', 'warning', 'note'];
/** What was seen from here comes before what a registry alone tells. */
const ORDER: readonly string[] = [...DOCTOR_CAUSE_IDS, ...FINDING_IDS];

/** Causes in the order in which they are told: the gravest first, then the likeliest; those of a log before others. */
export function sortCauses(causes: readonly Cause[]): Cause[] {
  const rank = ({ id }: Cause): number => (id.startsWith('log-') ? -1 : ORDER.indexOf(id));
  const weight = ({ severity }: Cause): number => SEVERITIES.indexOf(severity);
  return [...causes]
    .sort((a, b) => weight(a) - weight(b) || rank(a) - rank(b))
    .map((cause) => presentable(cause));
}
