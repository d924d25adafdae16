import { LIMITS } from '../limits.ts';
import { isToken } from '../registry/token.ts';
import type { TokenReport } from '../registry/token-report.ts';
import type { ManagedToken } from './managed-token.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isSize: Check = (value) =>
  isCount(value) && Number(value) >= 1 && Number(value) <= LIMITS.clusterSizeMax;
const isTime: Check = (value) =>
  typeof value === 'string' &&
  /^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(value) &&
  !Number.isNaN(Date.parse(value));
const isFindingId: Check = (value) => typeof value === 'string' && /^[a-z0-9-]{1,64}$/.test(value);
/** Lines to paste into a shell are made of it: nothing that one would take for more than a word. */
const isDiscoveryUrl: Check = (value) =>
  typeof value === 'string' && /^https?:\/\/[A-Za-z0-9._:[\]-]+(?:\/[A-Za-z0-9._~%+@-]+)*$/.test(value);
const isSecret: Check = (value) => typeof value === 'string' && /^[\x21-\x7e]{1,1024}$/.test(value);

const oneOf =
  (...known: readonly unknown[]): Check =>
  (value) =>
    known.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
/** What else is there may be of a newer service. */
const objectOf =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isMember = objectOf({
  id: isText,
  name: orNull(isText),
  peerUrls: listOf(isText),
  value: isText,
  slot: orNull(isCount),
  registeredAt: orNull(isTime),
  from: orNull(isText),
  dialect: oneOf('v2', 'v3', null),
});

const isFinding = objectOf({
  id: isFindingId,
  severity: oneOf('problem', 'warning', 'note'),
  sentence: isText,
  evidence: listOf(isText),
  remedy: isText,
});

const isReport = objectOf({
  token: (value) => typeof value === 'string' && isToken(value),
  state: oneOf('open', 'complete', 'expired', 'revoked'),
  size: isSize,
  createdAt: isTime,
  expiresAt: isTime,
  revokedAt: orNull(isTime),
  completedAt: orNull(isTime),
  revision: isCount,
  missing: isCount,
  members: listOf(isMember),
  initialCluster: orNull(isText),
  findings: listOf(isFinding),
});

const isManaged = objectOf({
  token: (value) => typeof value === 'string' && isToken(value),
  url: isDiscoveryUrl,
  managementSecret: isSecret,
  size: isSize,
  createdAt: isTime,
  expiresAt: isTime,
});

/** Whether an answer is a report, as far as it is read here: what is no Muster may answer anything. */
export function isTokenReport(value: unknown): value is TokenReport {
  return isReport(value);
}

/** Whether an answer is a new token. */
export function isManagedToken(value: unknown): value is ManagedToken {
  if (!isManaged(value)) return false;
  const { url, token } = value as ManagedToken;
  return url.endsWith(`/${token}`);
}
