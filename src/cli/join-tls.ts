import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { MusterError } from '../errors.ts';
import type { TlsFiles as TlsTexts } from '../join/options.ts';
import { readSettingFile } from '../server/load-settings.ts';
import { assertUsableTls } from '../server/tls.ts';

/** Files by name, as options give them. The certificate and its key come together. */
export interface TlsFileOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What one side of TLS is made of. */
export interface TlsChoice {
  /** For a program that reads them itself. */
  readonly files: TlsFileOptions;
  /** For connections of our own. */
  readonly texts: TlsTexts;
}

/**
 * Reads the files that the options of one prefix name, such as `tls` for `--tls-ca` and nothing for `--ca`, once and at
 * start: a machine that waits for its cluster for a day does not learn then that its key is missing.
 *
 * @throws MusterError `bad-setting`
 */
export function readTlsChoice(prefix: string, files: TlsFileOptions): TlsChoice {
  const option = (part: keyof TlsFileOptions): string => `--${prefix === '' ? '' : `${prefix}-`}${part}`;
  const alone = files.cert === undefined ? 'key' : 'cert';
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new MusterError('bad-setting', `${option(alone)} cannot stand alone`, {
      remedy: `Give both ${option('cert')} FILE and ${option('key')} FILE, or none of them.`,
    });
  }
  const read = (part: keyof TlsFileOptions): TlsTexts => {
    const file = files[part];
    return file === undefined ? {} : { [part]: readSettingFile(file, `file of ${option(part)}`) };
  };
  const nameOf = (part: keyof TlsFileOptions): string => `${option(part)} ${JSON.stringify(files[part])}`;
  const texts = { ...read('ca'), ...read('cert'), ...read('key') };
  assertUsableTls(texts, { ca: nameOf('ca'), cert: nameOf('cert'), key: nameOf('key') });
  // A CA of one's own is beside those that everybody trusts, and for the TLS library in place of them.
  const ca = texts.ca === undefined ? {} : { ca: [...rootCertificates, texts.ca].join('\n') };
  return { files, texts: { ...texts, ...ca } };
}

/** Whether `etcd grpc-proxy` takes a certificate for its connections to members: one without a common name only. */
export function isForProxy({ texts: { cert } }: TlsChoice): boolean {
  return cert !== undefined && !/(?:^|\+ ?)CN=./m.test(`${new X509Certificate(cert).subject}`);
}

/** A choice, with the CA of another one where it has none itself, and with its pair where it has none. */
export function addTlsChoice(own: TlsChoice, other: TlsChoice): TlsChoice {
  const add = (mine: TlsFileOptions, theirs: TlsFileOptions): TlsFileOptions => {
    const { cert, key } = mine.cert === undefined ? theirs : mine;
    return { ca: mine.ca ?? theirs.ca, cert, key };
  };
  return { files: add(own.files, other.files), texts: add(own.texts, other.texts) };
}
