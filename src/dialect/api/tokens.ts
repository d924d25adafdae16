import { MusterError } from '../../errors.ts';
import { type Exchange, sendText } from '../../http/exchange.ts';
import {
  assertMayWrite,
  type FloodGate,
  originOf,
  type Requester,
  takeNewToken,
} from '../../http/requester.ts';
import { assertClusterSize, DEFAULT_CLUSTER_SIZE } from '../../registry/cluster-size.ts';
import { assertTokenTtl } from '../../registry/create.ts';
import { digestManagementSecret, type ManagementClaim } from '../../registry/management.ts';
import type { Registry } from '../../registry/registry.ts';
import { sendJson, sendNothing } from './answers.ts';
import { readNumbers } from './body.ts';

/** What the API needs for tokens. */
export interface TokensOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  /** The operator's public URL, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly tokenTtlSeconds: number;
  /** Throws `not-permitted` unless the requester may make tokens. */
  readonly assertMayCreate: (requester: Requester) => void;
  /** Makes a management secret: at least 128 random bits, printable. */
  readonly createSecret: () => string;
}

/** `POST /v1/tokens`. The management secret is told here and never again. */
export async function createToken(exchange: Exchange, options: TokensOptions): Promise<void> {
  const { requester } = exchange;
  const { size = DEFAULT_CLUSTER_SIZE, ttlSeconds = options.tokenTtlSeconds } = await readNumbers(
    exchange.req,
    ['size', 'ttlSeconds'],
  );
  assertClusterSize(size);
  assertTokenTtl(ttlSeconds);
  assertMayWrite(requester);
  options.assertMayCreate(requester);
  // Asked for before there is a token that nobody would learn of.
  const origin = serviceOf(exchange, options);
  takeNewToken(options.floodGate, requester);
  const managementSecret = options.createSecret();
  const secretDigest = digestManagementSecret(managementSecret);
  const token = await options.registry.create({ size, ttlSeconds, secretDigest });
  const { createdAt, expiresAt } = await options.registry.report(token);
  const created = { token, url: `${origin}/${token}`, managementSecret, size, createdAt, expiresAt };
  sendJson(exchange, 201, created, ['Location', `/v1/tokens/${token}`]);
}

/**
 * What stands before the token in a discovery URL, as the operator or else this client spells the service.
 *
 * @throws MusterError `bad-request`
 */
export function serviceOf({ requester }: Exchange, { publicUrl }: Pick<TokensOptions, 'publicUrl'>): string {
  const origin = publicUrl ?? originOf(requester);
  if (origin !== undefined) return origin;
  throw new MusterError(
    'bad-request',
    'the request has no valid Host header, so the discovery URL is unknown',
  );
}

/** `GET /v1/tokens/<token>`: also of a token that is over, as long as it is known. */
export async function readToken(
  exchange: Exchange,
  token: string,
  { registry }: TokensOptions,
): Promise<void> {
  sendJson(exchange, 200, await registry.report(token));
}

/** `GET /v1/tokens/<token>/initial-cluster`: for a script, as etcd's flag takes it. */
export async function readInitialCluster(
  exchange: Exchange,
  token: string,
  { registry }: TokensOptions,
): Promise<void> {
  // What is over has no cluster to tell of.
  await registry.read(token);
  const { initialCluster, missing, size } = await registry.report(token);
  if (initialCluster === null) {
    throw missing > 0
      ? new MusterError('incomplete-cluster', `${missing} of ${size} members have not registered yet`, {
          remedy: 'ask again when the token is complete; GET /v1/tokens/TOKEN/events tells when that is',
        })
      : new MusterError(
          'incomplete-cluster',
          'the members are machines of etcd 0.4, which has no --initial-cluster',
        );
  }
  sendText(exchange, 200, `${initialCluster}\n`, ['Cache-Control', 'no-store']);
}

/** `PATCH /v1/tokens/<token>`: a later end. */
export async function extendToken(
  exchange: Exchange,
  token: string,
  { registry }: TokensOptions,
): Promise<void> {
  const { ttlSeconds } = await readNumbers(exchange.req, ['ttlSeconds']);
  if (ttlSeconds === undefined)
    throw new MusterError('bad-request', '"ttlSeconds" is missing', {
      remedy: 'give how long the token is to live from now on, such as {"ttlSeconds":86400}',
    });
  await registry.extend(token, { claim: claimOf(exchange), ttlSeconds });
  sendJson(exchange, 200, await registry.report(token));
}

/** `DELETE /v1/tokens/<token>`: the end of it. */
export async function revokeToken(
  exchange: Exchange,
  token: string,
  { registry }: TokensOptions,
): Promise<void> {
  await registry.revoke(token, claimOf(exchange));
  sendNothing(exchange);
}

/**
 * The secret travels as a bearer token (RFC 6750), in the place of the operator's own. It stands for the user who made
 * the token, whose password has the same header, but for no certificate.
 */
function claimOf({ req, requester }: Exchange): ManagementClaim {
  const { isAdmin, lacks } = requester;
  if (lacks === 'certificate') assertMayWrite(requester);
  const secret = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1];
  return { isAdmin, secret };
}
