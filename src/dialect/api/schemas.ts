import { PLATFORMS } from '../../boot-config/boot-config.ts';
import { LIMITS } from '../../limits.ts';
import { FINDING_IDS } from '../../registry/findings.ts';

const time = { type: 'string', format: 'date-time' };
const timeOrNull = { type: ['string', 'null'], format: 'date-time' };
const token = { type: 'string', pattern: '^[0-9a-f]{32}$' };
const size = { type: 'integer', minimum: 1, maximum: LIMITS.clusterSizeMax };
const ttlSeconds = {
  type: 'integer',
  minimum: LIMITS.tokenTtlMinSeconds,
  maximum: LIMITS.tokenTtlMaxSeconds,
};
const state = { enum: ['open', 'complete', 'expired', 'revoked'] };
const findingId = { enum: FINDING_IDS };
const count = { type: 'integer', minimum: 0 };

/** An object whose members are all there, and no others. */
function object(properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

const listOf = (schema: string): object => ({
  type: 'array',
  items: { $ref: `#/components/schemas/${schema}` },
});

/** What the API takes and answers, as JSON Schema 2020-12, which OpenAPI 3.1 uses. */
export const SCHEMAS: Readonly<Record<string, object>> = {
  NewToken: object({ size: { ...size, default: 3 }, ttlSeconds }, ['size', 'ttlSeconds']),
  CreatedToken: object({
    token,
    url: {
      type: 'string',
      format: 'uri',
      description: 'The discovery URL: every member is given it letter by letter.',
    },
    managementSecret: { type: 'string', description: 'For PATCH and DELETE. It is not told again.' },
    size,
    createdAt: time,
    expiresAt: time,
  }),
  Extension: object({
    ttlSeconds: { ...ttlSeconds, description: 'How long the token is to live from now on.' },
  }),
  TokenReport: object({
    token,
    state,
    size,
    createdAt: time,
    expiresAt: time,
    revokedAt: timeOrNull,
    completedAt: timeOrNull,
    revision: count,
    missing: count,
    members: listOf('Member'),
    initialCluster: { type: ['string', 'null'] },
    findings: listOf('Finding'),
  }),
  TokenState: object({
    state,
    size,
    missing: count,
    revision: count,
    expiresAt: time,
    completedAt: timeOrNull,
    findings: { type: 'array', items: findingId },
  }),
  Member: object({
    id: { type: 'string' },
    name: { type: ['string', 'null'], description: "Null for etcd 0.4, and for what is no member's value." },
    peerUrls: { type: 'array', items: { type: 'string' } },
    value: { type: 'string', description: 'What is registered, as it is.' },
    slot: {
      type: ['integer', 'null'],
      minimum: 1,
      description: 'Null for a member that came after the last slot.',
    },
    registeredAt: timeOrNull,
    from: { type: ['string', 'null'], description: 'The source address of the registration.' },
    dialect: { enum: ['v2', 'v3', null] },
    received: { type: 'boolean', description: 'Whether the member is known to have received its answer.' },
  }),
  Finding: object({
    id: { ...findingId, description: 'A section of docs/findings.md.' },
    severity: { enum: ['problem', 'warning', 'note'] },
    sentence: { type: 'string' },
    evidence: { type: 'array', items: { type: 'string' } },
    remedy: { type: 'string' },
  }),
  BootConfig: object({
    platform: { enum: PLATFORMS.map(({ id }) => id) },
    etcdVersion: { type: 'string' },
    dialect: { enum: ['v2', 'v3'] },
    files: {
      type: 'array',
      items: object({ name: { type: 'string' }, text: { type: 'string' } }),
      minItems: 1,
    },
    notes: { type: 'array', items: { type: 'string' }, description: 'What to replace and what to check.' },
  }),
  Problem: object(
    {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'What was wrong.' },
      code: { type: 'string', description: 'A row of docs/errors.md.' },
      remedy: { type: 'string', description: 'What to do about it.' },
      retryAfterSeconds: { type: 'integer', minimum: 1 },
    },
    ['remedy', 'retryAfterSeconds'],
  ),
};
