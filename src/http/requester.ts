import { MusterError } from '../errors.ts';

/** Who sends a request, and how it spelt this service. */
export interface Requester {
  /** The client's IP address: that of the socket, or what a trusted proxy says. */
  readonly address: string;
  /** Whether a proxy passed the request on, trusted or not. */
  readonly isForwarded: boolean;
  /** Stands for the client's own connection; undefined behind a proxy, whose connections mean nothing. */
  readonly connection: object | undefined;
  /** `http` or `https`, as the client used it where that is known. */
  readonly scheme: 'http' | 'https';
  /** Every `host[:port]` by which the client may know this service, the likeliest first; valid ones only. */
  readonly authorities: readonly string[];
  /** Whether the request carries the operator's admin token. */
  readonly isAdmin: boolean;
  /** What is demanded of whoever changes anything, and was not shown. */
  readonly lacks: 'certificate' | 'user' | undefined;
}

/**
 * Refuses a request that changes something.
 *
 * @throws MusterError `not-permitted`
 */
export function assertMayWrite({ lacks }: Requester): void {
  if (lacks === undefined) return;
  if (lacks === 'user') {
    throw new MusterError('not-permitted', 'this service takes writes with a user and its password only', {
      remedy:
        'over v3, give etcd --discovery-user and --discovery-password; members of v2 discovery never send a password',
    });
  }
  throw new MusterError(
    'not-permitted',
    'this service takes writes with a client certificate of its CA only',
    {
      remedy:
        'over v3, give etcd --discovery-cert and --discovery-key; members of v2 discovery never show a certificate',
    },
  );
}

/** How the client most likely spells this service, such as `http://10.0.0.1:8087`; undefined without a Host header. */
export function originOf({ scheme, authorities }: Requester): string | undefined {
  return authorities[0] === undefined ? undefined : `${scheme}://${authorities[0]}`;
}

/** What a client may cost; `undefined` answers mean "go ahead". */
export interface FloodGate {
  /** Counts a new token. Answers the whole seconds to wait where it is too much. */
  takeNew(address: string): number | undefined;
  /** Counts a read. Answers the whole seconds to wait where it is too much. */
  takeRead(address: string): number | undefined;
  /** Counts a watch that starts; call what it answers once when the watch ends. Undefined where it is too much. */
  openWatch(address: string, token: string): (() => void) | undefined;
}

/**
 * Counts a new token of a requester.
 *
 * @throws MusterError `rate-limited`
 */
export function takeNewToken(floodGate: Pick<FloodGate, 'takeNew'>, { address }: Requester): void {
  const retryAfterSeconds = floodGate.takeNew(address);
  if (retryAfterSeconds === undefined) return;
  throw new MusterError('rate-limited', 'too many new tokens from this address', {
    remedy: `try again in ${retryAfterSeconds} s`,
    retryAfterSeconds,
  });
}
