import type { ExitCode, Flag } from './manual.ts';

/** An option with a value. */
export type ValueFlag = Flag & { readonly value: string };

/** The options of commands that ask a running Muster. */
export const SERVICE_FLAGS: Readonly<Record<'tls-ca' | 'tls-cert' | 'tls-key', ValueFlag>> = {
  'tls-ca': {
    value: 'FILE',
    help: 'a CA for the certificate of the service, beside those that Node trusts',
  },
  'tls-cert': { value: 'FILE', help: 'with --tls-key, a certificate for a service that wants one' },
  'tls-key': { value: 'FILE', help: 'the key of that certificate' },
};

/** How commands that ask a running Muster end, beside those codes that all commands have. */
export const SERVICE_EXIT_CODES: readonly ExitCode[] = [
  ['4', 'unknown: there is no such token at this address'],
  ['5', 'expired: the life of the token is over, or it was revoked'],
  ['8', 'unreachable: nobody answers at this address'],
  ['9', 'refused: the message says why, and what to do'],
];
