/** How a way to another machine ends before there is an answer. */
export type FailureKind =
  /** Its name has no address. */
  | 'unresolved'
  /** The machine is there, and nobody listens at the port. */
  | 'refused'
  /** Nothing comes back at all: packets are dropped, or the machine is off. */
  | 'filtered'
  /** This machine has no way there, or the last router before it finds nobody. */
  | 'no-route'
  /** The connection was made, and no answer came. */
  | 'silent'
  /** The connection was made, and the other side ended it. */
  | 'closed'
  /** The other side speaks something else than was asked, such as HTTP where TLS is. */
  | 'not-tls'
  /** The other side wants a certificate, or does not take the one that it was shown. */
  | 'wants-certificate'
  /** TLS failed in another way. */
  | 'tls-failed'
  | 'failed';

/** No answer, with the reason as the system gives it. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

/** What the system means, in the words that people know from other programs. */
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'connection timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ECONNRESET: 'connection reset',
};

const KINDS: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  EAI_NODATA: 'unresolved',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'filtered',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EHOSTDOWN: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-tls',
};

/** An error of the system as a failure; the words of OpenSSL without its addresses and files. */
export function toFailure(error: unknown): ProbeFailure {
  if (error instanceof ProbeFailure) return error;
  if (!(error instanceof Error)) return new ProbeFailure('failed', String(error));
  const { code, reason } = error as { code?: unknown; reason?: unknown };
  const name = typeof code === 'string' ? code : '';
  const said = typeof reason === 'string' ? reason : error.message || name || error.name;
  return new ProbeFailure(kindOf(name), WORDS[name] ?? said, error);
}

/** What the other side says of our certificate, or of there being none, by the TLS that it speaks. */
const ABOUT_CERTIFICATES =
  /_ALERT_(?:CERTIFICATE|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|NO_CERTIFICATE)/;

function kindOf(code: string): FailureKind {
  if (ABOUT_CERTIFICATES.test(code)) return 'wants-certificate';
  return KINDS[code] ?? (/^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(code) ? 'tls-failed' : 'failed');
}
