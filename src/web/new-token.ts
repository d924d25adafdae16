import { MusterError } from '../errors.ts';
import { decodeUtf8, readBody } from '../http/body.ts';
import type { Exchange } from '../http/exchange.ts';
import { assertMayWrite, type FloodGate, type Requester, takeNewToken } from '../http/requester.ts';
import { LIMITS } from '../limits.ts';
import { parseClusterSize } from '../registry/cluster-size.ts';
import { parseTokenTtl } from '../registry/create.ts';
import type { Registry } from '../registry/registry.ts';
import { assertSameOrigin } from './same-origin.ts';

/** What making a token needs of its surroundings: the same as `/new`. */
export interface NewTokenOptions {
  readonly registry: Pick<Registry, 'create'>;
  readonly floodGate: Pick<FloodGate, 'takeNew'>;
  /** The operator's public URL, without a slash at the end. */
  readonly publicUrl: string | undefined;
  /** Throws `not-permitted` unless the requester may make tokens. */
  readonly assertMayCreate: (requester: Requester) => void;
  /** Who the requester is where a form brings the admin token, which is never put into a URL. */
  readonly identifyWith: (exchange: Exchange, adminToken: string) => Requester;
}

/** What the form of the home page holds, as somebody filled it in. */
export interface NewTokenForm {
  readonly size: string;
  readonly ttl: string;
  readonly adminToken: string;
}

/** Reads the form that a browser sent. @throws BodyError */
export async function readNewTokenForm({ req }: Exchange): Promise<NewTokenForm> {
  const form = new URLSearchParams(decodeUtf8(await readBody(req, LIMITS.bodyMaxBytes)));
  const size = form.get('size') ?? '';
  return {
    size: (size === 'other' ? (form.get('other') ?? '') : size).trim(),
    ttl: form.get('ttl') ?? '',
    adminToken: form.get('adminToken')?.trim() ?? '',
  };
}

/**
 * Makes the token that a form asks for, by the rules of `/new`. Answers the token.
 *
 * @throws MusterError
 */
export async function makeToken(
  exchange: Exchange,
  { size: sizeText, ttl, adminToken }: NewTokenForm,
  options: NewTokenOptions,
): Promise<string> {
  assertSameOrigin(exchange.req.headers, exchange.requester, options.publicUrl);
  const size = parseClusterSize(sizeText === '' ? 'nothing' : sizeText);
  const ttlSeconds = parseTokenTtl(ttl);
  const requester = adminToken === '' ? exchange.requester : options.identifyWith(exchange, adminToken);
  if (adminToken !== '' && !requester.isAdmin) {
    throw new MusterError('not-permitted', 'that is not the admin token of this service', {
      remedy: 'the operator keeps it in the file that --admin-token-file names',
    });
  }
  assertMayWrite(requester);
  options.assertMayCreate(requester);
  takeNewToken(options.floodGate, requester);
  return options.registry.create({ size, ttlSeconds });
}
