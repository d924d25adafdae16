import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where programs of Go look for the certificates of the system, the first that is there (go: crypto/x509/root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The CAs that an etcd on this machine trusts when it is told of none: those of the file that SSL_CERT_FILE names, or
 * those of the system; where neither can be had, those that Node knows. As text in PEM form.
 */
export function readTrustedRoots(env: Readonly<Record<string, string | undefined>>): string {
  const { SSL_CERT_FILE } = env;
  for (const file of SSL_CERT_FILE ? [SSL_CERT_FILE] : BUNDLES) {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // The next one.
    }
  }
  return rootCertificates.join('\n');
}
