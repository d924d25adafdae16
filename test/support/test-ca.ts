import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import forge from 'node-forge';

/** A certificate with its key, in PEM form. */
export interface IssuedPair {
  readonly cert: string;
  readonly key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A certificate authority that lives as long as a test. */
export class TestCa {
  /** Its own certificate, in PEM form. */
  readonly cert: string;
  readonly #key: forge.pki.rsa.KeyPair;
  readonly #subject: forge.pki.CertificateField[];

  constructor(name: string) {
    this.#key = forge.pki.rsa.generateKeyPair(2048);
    this.#subject = [{ name: 'commonName', value: name }];
    const cert = this.#prepare(this.#key, this.#subject, [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ]);
    this.cert = forge.pki.certificateToPem(cert);
  }

  /** A certificate for a server on these addresses, which a client may show too. */
  issue(name: string, addresses: readonly string[] = []): IssuedPair {
    const keys = forge.pki.rsa.generateKeyPair(2048);
    const cert = this.#prepare(
      keys,
      [{ name: 'commonName', value: name }],
      [
        { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
        {
          name: 'subjectAltName',
          altNames: [{ type: 2, value: 'localhost' }, ...addresses.map((ip) => ({ type: 7, ip }))],
        },
      ],
    );
    return { cert: forge.pki.certificateToPem(cert), key: forge.pki.privateKeyToPem(keys.privateKey) };
  }

  #prepare(
    keys: forge.pki.rsa.KeyPair,
    subject: forge.pki.CertificateField[],
    extensions: object[],
  ): forge.pki.Certificate {
    const cert = forge.pki.createCertificate();
    cert.publicKey = keys.publicKey;
    cert.serialNumber = `01${randomBytes(8).toString('hex')}`;
    cert.validity.notBefore = new Date(Date.now() - DAY_MS);
    cert.validity.notAfter = new Date(Date.now() + DAY_MS);
    cert.setSubject(subject);
    cert.setIssuer(this.#subject);
    cert.setExtensions(extensions);
    cert.sign(this.#key.privateKey, forge.md.sha256.create());
    return cert;
  }
}

/** Files of a certificate and its key. */
export interface PairFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Writes a pair as `<stem>.crt` and `<stem>.key`. */
export async function writePair({ cert, key }: IssuedPair, stem: string): Promise<PairFiles> {
  const files = { certFile: `${stem}.crt`, keyFile: `${stem}.key` };
  await writeFile(files.certFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
  return files;
}
