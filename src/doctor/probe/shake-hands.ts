import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsFiles } from '../../join/options.ts';
import { ProbeFailure, toFailure } from './failure.ts';
import { isOver } from './within.ts';

/** A certificate as the other side shows it, and what is wrong with it. */
export interface CertificateFacts {
  /** The names and addresses that it is for. */
  readonly names: string;
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Why it is not trusted, in the words of OpenSSL; undefined where it is, apart from its dates. */
  readonly distrust: string | undefined;
  /** Why it is none of this host; undefined where it is. */
  readonly mismatch: string | undefined;
}

/** A connection with TLS, and the certificate behind it. */
export interface SecureSocket {
  readonly socket: TLSSocket;
  readonly certificate: CertificateFacts;
}

/** Said of the dates, which are told apart from the rest. */
const OF_DATES = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/**
 * Does the handshake over a connection, and goes on whatever the certificate is: it is what the question is about.
 *
 * @param host the name that is asked for, which may be an address
 * @throws ProbeFailure
 * @throws the reason of the signal
 */
export function shakeHands(
  socket: Socket,
  host: string,
  { ca, cert, key }: TlsFiles,
  signal: AbortSignal,
): Promise<SecureSocket> {
  const files = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return new Promise((resolve, reject) => {
    const secure = connect({
      socket,
      ...files,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
    });
    const end = (error: unknown): void => {
      signal.removeEventListener('abort', onAbort);
      secure.destroy();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void =>
      end(isOver(signal) ? new ProbeFailure('silent', 'no answer to the TLS handshake') : signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    secure.once('error', (error) => end(toFailure(error)));
    secure.once('close', () =>
      end(new ProbeFailure('closed', 'the connection was closed in the TLS handshake')),
    );
    secure.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      secure.removeAllListeners('error').removeAllListeners('close');
      secure.on('error', () => {});
      resolve({ socket: secure, certificate: readCertificate(secure, host) });
    });
  });
}

function readCertificate(secure: TLSSocket, host: string): CertificateFacts {
  const certificate = secure.getPeerCertificate();
  // Node's types have an Error here; what it gives is the code of OpenSSL.
  const code = secure.authorizationError as unknown;
  const distrust = typeof code === 'string' ? code : code instanceof Error ? code.message : undefined;
  return {
    names: namesOf(certificate),
    issuer: nameOf(certificate.issuer),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    distrust: distrust === undefined || OF_DATES.includes(distrust) ? undefined : distrust,
    mismatch: checkServerIdentity(host, certificate)?.message,
  };
}

function namesOf({ subjectaltname, subject }: PeerCertificate): string {
  return subjectaltname ?? nameOf(subject);
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const { CN, O } = name ?? {};
  return String(CN ?? O ?? '');
}
