import type { CallOptions } from '../join/options.ts';
import { readAdminToken } from '../server/load-settings.ts';
import type { Environment } from '../server/settings.ts';
import { usageError, type Values } from './arguments.ts';
import { readTlsChoice } from './join-tls.ts';
import { SERVICE_FLAGS, type ValueFlag } from './service-flags.ts';

export { SERVICE_FLAGS };

/** The options of commands that change a token. */
export const CREDENTIAL_FLAGS: Readonly<Record<'secret-file' | 'admin-token-file', ValueFlag>> = {
  'secret-file': {
    value: 'FILE',
    help: 'the management secret of the token, as "muster new" told it. Default: the variable MUSTER_MANAGEMENT_SECRET',
  },
  'admin-token-file': { value: 'FILE', help: 'in its place, the admin token of the service' },
};

/** A command does not try for as long as a machine that boots: a person waits for it. */
const RETRY_FOR_MS = 15_000;

/** How the service is asked. @throws MusterError `bad-setting` */
export function callOptionsOf(
  values: Partial<Values<typeof SERVICE_FLAGS>>,
  signal: AbortSignal,
): CallOptions {
  const files = { ca: values['tls-ca'], cert: values['tls-cert'], key: values['tls-key'] };
  return { signal, retryForMs: RETRY_FOR_MS, tls: readTlsChoice('tls', files).texts };
}

/** By what right a token is changed. Never an option itself: others see those of every process. */
export function readCredential(
  command: string,
  values: Values<typeof CREDENTIAL_FLAGS>,
  env: Environment,
): string {
  const { 'secret-file': secretFile, 'admin-token-file': adminTokenFile } = values;
  if (secretFile !== undefined && adminTokenFile !== undefined)
    throw usageError(command, '--secret-file and --admin-token-file cannot stand together');
  const file = secretFile ?? adminTokenFile;
  if (file !== undefined) return readAdminToken(file);
  const { MUSTER_MANAGEMENT_SECRET: secret = '' } = env;
  // It travels in a header.
  if (/^[\x21-\x7e]+$/.test(secret.trim())) return secret.trim();
  if (secret.trim() !== '')
    throw usageError(
      command,
      'MUSTER_MANAGEMENT_SECRET holds no management secret, which is one word of ASCII',
    );
  throw usageError(
    command,
    `muster ${command} takes the management secret of the token`,
    'Give --secret-file FILE, or set MUSTER_MANAGEMENT_SECRET; an operator gives --admin-token-file FILE.',
  );
}
