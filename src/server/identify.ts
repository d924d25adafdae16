import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Requester } from '../http/requester.ts';
import { digestSecret } from './secret-digest.ts';
import { findSource, type ProxyTrust, parseAuthority, type RequestSource } from './source-address.ts';
import type { Users } from './users.ts';

/** What tells who a requester is. */
export interface IdentifyOptions {
  readonly trust: ProxyTrust;
  /** The operator's admin token; undefined: nobody is an admin. */
  readonly adminToken: string | undefined;
  /** Whether whoever writes must have shown a client certificate. */
  readonly isCertificateDemanded: boolean;
  /** Those who may write; undefined: everybody. */
  readonly users: Users | undefined;
}

/** Tells who sends a request, of either version of HTTP, and how the client spelt this service. */
export type Identify = (connection: Socket, headers: IncomingHttpHeaders) => Requester;

/** Makes the one that tells requesters by the operator's settings. */
export function createIdentify({
  trust,
  adminToken,
  isCertificateDemanded,
  users,
}: IdentifyOptions): Identify {
  const isAdminToken = adminToken === undefined ? () => false : createTokenCheck(adminToken);
  const findLack = (socket: Socket, headers: IncomingHttpHeaders): Requester['lacks'] => {
    if (isCertificateDemanded && !(socket instanceof TLSSocket && socket.authorized)) return 'certificate';
    const { token: authToken } = headers;
    const isKnown =
      users === undefined ||
      isAdminToken(headers.authorization) ||
      users.acceptsBasic(headers.authorization) ||
      // As etcd's clients send what Authenticate answered.
      (typeof authToken === 'string' && users.isValid(authToken));
    return isKnown ? undefined : 'user';
  };
  return (socket, headers) =>
    new IdentifiedRequester({
      socket,
      headers,
      source: findSource(socket.remoteAddress, headers, trust),
      isAdmin: isAdminToken(headers.authorization),
      lacks: findLack(socket, headers),
    });
}

interface RequesterParts extends Pick<Requester, 'isAdmin' | 'lacks'> {
  readonly socket: Socket;
  readonly headers: IncomingHttpHeaders;
  readonly source: RequestSource;
}

/** A class, since there is one for each request and few are asked for all that they could tell. */
class IdentifiedRequester implements Requester {
  readonly isAdmin: boolean;
  readonly lacks: Requester['lacks'];
  readonly isForwarded: boolean;
  readonly #socket: Socket;
  readonly #headers: IncomingHttpHeaders;
  readonly #source: RequestSource;

  constructor({ socket, headers, source, isAdmin, lacks }: RequesterParts) {
    this.isAdmin = isAdmin;
    this.lacks = lacks;
    this.isForwarded =
      source.isProxied || headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
    this.#socket = socket;
    this.#headers = headers;
    this.#source = source;
  }

  get address(): string {
    return this.#source.address;
  }

  /** What a proxy passed on comes over connections of its own, which say nothing about the client's. */
  get connection(): Socket | undefined {
    return this.isForwarded ? undefined : this.#socket;
  }

  get scheme(): 'http' | 'https' {
    return this.#source.forwardedScheme ?? (this.#socket instanceof TLSSocket ? 'https' : 'http');
  }

  get authorities(): string[] {
    const asked = parseAuthority(this.#headers[':authority'] ?? this.#headers.host);
    return [this.#source.forwardedHost, asked].filter((authority) => authority !== undefined);
  }
}

/** Compares digests, so that neither the time nor the length tells anything about the token. */
function createTokenCheck(adminToken: string): (authorization: string | undefined) => boolean {
  const wanted = digestSecret(adminToken);
  return (authorization) => {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digestSecret(given), wanted);
  };
}
