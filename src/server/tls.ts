import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { MusterError } from '../errors.ts';
import { readSettingFile } from './load-settings.ts';
import type { OptionValues } from './setting-options.ts';

/** Which files TLS is made of, and of whom a client certificate is demanded. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** The CA of client certificates; undefined: none are asked for. */
  readonly clientCa: string | undefined;
  /** Whether a connection without a client certificate is refused, instead of its writes alone. */
  readonly isClientRequired: boolean;
}

/** TLS 1.0 and 1.1 are deprecated (RFC 8996). */
const MIN_VERSION = 'TLSv1.2';

/**
 * The TLS files that the settings name together; undefined without any.
 *
 * @throws MusterError `bad-setting` where one of them lacks another
 */
export function tlsFilesOf({
  tlsCertFile,
  tlsKeyFile,
  tlsClientCaFile,
  tlsClientAuth,
}: Pick<OptionValues, 'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile' | 'tlsClientAuth'>):
  | TlsFiles
  | undefined {
  if (tlsCertFile !== undefined && tlsKeyFile !== undefined) {
    const isClientRequired = tlsClientCaFile !== undefined && tlsClientAuth === 'all';
    return { cert: tlsCertFile, key: tlsKeyFile, clientCa: tlsClientCaFile, isClientRequired };
  }
  const given = [
    tlsCertFile === undefined ? undefined : '--tls-cert',
    tlsKeyFile === undefined ? undefined : '--tls-key',
    tlsClientCaFile === undefined ? undefined : '--tls-client-ca',
  ].filter((flag) => flag !== undefined);
  if (given.length === 0) return undefined;
  throw new MusterError('bad-setting', `${given.join(' and ')} cannot stand alone`, {
    remedy: 'Give both --tls-cert FILE and --tls-key FILE, or none of them to serve without TLS.',
  });
}

/** The texts of the TLS files, as they are at the moment. @throws MusterError `bad-setting` */
export function readTlsFiles(files: TlsFiles): SecureContextOptions {
  const options = readTexts(files);
  assertUsableTls(options, namesOf(files));
  return options;
}

/** The texts of the files of a server. */
interface TlsTexts {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly minVersion: typeof MIN_VERSION;
}

function readTexts({ cert, key, clientCa }: TlsFiles): TlsTexts {
  return {
    cert: readSettingFile(cert, 'TLS certificate'),
    key: readSettingFile(key, 'TLS key'),
    ...(clientCa === undefined ? {} : { ca: readSettingFile(clientCa, 'CA of client certificates') }),
    minVersion: MIN_VERSION,
  };
}

function namesOf({ cert, key, clientCa }: TlsFiles): TlsFileNames {
  return {
    ca: `the CA of client certificates ${JSON.stringify(clientCa)}`,
    cert: `the TLS certificate ${JSON.stringify(cert)}`,
    key: `the TLS key ${JSON.stringify(key)}`,
  };
}

/** What messages call the files of TLS. */
export interface TlsFileNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Refuses TLS files that cannot be used, whatever of them is given. What the TLS library says of a file is for people
 * who know it by heart, and it passes over a CA that is none.
 *
 * @throws MusterError `bad-setting`
 */
export function assertUsableTls(
  options: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  },
  names: TlsFileNames,
): void {
  const { ca, cert, key } = options;
  const attempts: ReadonlyArray<[problem: string, attempt: () => unknown]> = [
    [`${names.cert} holds no certificate in PEM form`, () => createSecureContext(requireText({ cert }))],
    [
      `${names.key} holds no private key without a password, in PEM form`,
      () => createSecureContext(requireText({ key })),
    ],
    [`${names.ca} holds no certificate in PEM form`, () => ca === undefined || parseCertificates(ca)],
    [`${names.key} does not belong to ${names.cert}`, () => createSecureContext({ cert, key })],
  ];
  for (const [problem, attempt] of attempts) {
    try {
      attempt();
    } catch (cause) {
      throw new MusterError('bad-setting', problem, {
        remedy: 'Give PEM files that belong together: the certificate with its chain, its key, and the CA.',
        cause,
      });
    }
  }
}

/** An empty text is one that is not given, for the TLS library. */
function requireText<Part extends object>(part: Part): Part {
  if (Object.values(part).includes('')) throw new Error('the file is empty');
  return part;
}

function parseCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END [^-]+-----/gs) ?? [];
  if (blocks.length === 0) throw new Error('there is no certificate in it');
  return blocks.map((block) => new X509Certificate(block));
}

/** What reloading needs of its surroundings. */
export interface TlsReloadOptions {
  readonly files: TlsFiles;
  /** Takes the new files; connections that are open keep theirs. */
  readonly use: (options: SecureContextOptions) => void;
  readonly onReloaded: () => void;
  /** The files cannot be used, and the ones before go on serving. */
  readonly onProblem: (error: unknown) => void;
  readonly intervalMs: number;
}

/**
 * Takes up new TLS files as they come. Their contents are compared, since a mounted secret changes by a link, which
 * no watch of a file sees. Answers how to stop.
 */
export function reloadTls(
  { files, use, onReloaded, onProblem, intervalMs }: TlsReloadOptions,
  current: SecureContextOptions,
): () => void {
  let seen = fingerprintOf(current);
  let lastProblem = '';
  const timer = setInterval(() => {
    try {
      const options = readTexts(files);
      const found = fingerprintOf(options);
      if (found !== seen) {
        assertUsableTls(options, namesOf(files));
        use(options);
        onReloaded();
      }
      lastProblem = '';
      seen = found;
    } catch (error) {
      // Certificate and key are seldom written in one instant: only what stays wrong is told, and once.
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== lastProblem) onProblem(error);
      lastProblem = problem;
    }
  }, intervalMs).unref();
  return () => clearInterval(timer);
}

function fingerprintOf({ cert, key, ca }: SecureContextOptions): string {
  return [cert, key, ca].join('\n');
}
