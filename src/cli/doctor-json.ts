import type { Cause } from '../doctor/cause.ts';
import type { CheckResult } from '../doctor/checks.ts';
import type { Diagnosis } from '../doctor/diagnose.ts';
import { type MemberProbe, reportOf } from '../doctor/facts.ts';
import type { LogReport } from '../doctor/log/explain-log.ts';
import type { PeerAnswer } from '../doctor/probe/peer-answer.ts';
import type { CertificateFacts } from '../doctor/probe/shake-hands.ts';
import type { Verdict } from '../doctor/verdict.ts';
import type { TokenReport } from '../registry/token-report.ts';

/** What `muster doctor --json` prints; docs/doctor.md explains it. */
export interface DoctorDocument {
  readonly verdict: Verdict;
  readonly causes: readonly Cause[];
  readonly checks: readonly CheckResult[];
  readonly service: {
    readonly host: string;
    readonly addresses: readonly string[];
    /** Null where it answered. */
    readonly failure: { readonly kind: string; readonly reason: string } | null;
    readonly clockAheadMs: number | null;
  };
  readonly peers: readonly PeerDocument[];
  readonly health: string;
  /** What the service tells of the token; null where it does not. */
  readonly token: TokenReport | null;
  /** Null without `--log`. */
  readonly log: LogReport | null;
}

/** One peer URL. */
export interface PeerDocument {
  readonly memberId: string;
  readonly name: string | null;
  readonly slot: number | null;
  readonly url: string;
  readonly state: MemberProbe['state'];
  readonly reason: string;
  readonly addresses: readonly string[];
  readonly isThisMachine: boolean;
  readonly certificate: CertificateDocument | null;
  readonly etcd: PeerAnswer | null;
}

/** A certificate; times are RFC 3339. */
export interface CertificateDocument {
  readonly names: string;
  readonly issuer: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly distrust: string | null;
  readonly mismatch: string | null;
}

/** A diagnosis for programs. */
export function toDocument(diagnosis: Diagnosis, log: LogReport | undefined): DoctorDocument {
  const { verdict, causes, checks, facts } = diagnosis;
  const { service, url, peers, health } = facts;
  const { failure, addresses, clockAheadMs } = service;
  return {
    ...{ verdict, causes, checks },
    service: {
      host: url.host,
      addresses,
      failure: failure === undefined ? null : { kind: failure.kind, reason: failure.message },
      clockAheadMs,
    },
    peers: peers.map(peerOf),
    health,
    token: reportOf(facts) ?? null,
    log: log ?? null,
  };
}

function peerOf({
  member,
  url,
  state,
  reason,
  addresses,
  isHere,
  certificate,
  answer,
}: MemberProbe): PeerDocument {
  return {
    memberId: member.id,
    name: member.name,
    slot: member.slot,
    ...{ url, state, reason, addresses },
    isThisMachine: isHere,
    certificate: certificate === undefined ? null : certificateOf(certificate),
    etcd: answer ?? null,
  };
}

function certificateOf({
  names,
  issuer,
  validFrom,
  validTo,
  distrust,
  mismatch,
}: CertificateFacts): CertificateDocument {
  const timeOf = (ms: number): string | null => (Number.isNaN(ms) ? null : new Date(ms).toISOString());
  return {
    ...{ names, issuer },
    validFrom: timeOf(validFrom),
    validTo: timeOf(validTo),
    distrust: distrust ?? null,
    mismatch: mismatch ?? null,
  };
}
