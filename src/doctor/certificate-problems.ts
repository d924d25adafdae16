import type { CertificateFacts } from './probe/shake-hands.ts';

/** What is wrong with a certificate, one a line. */
export function problemsOf(certificate: CertificateFacts, now: number): string[] {
  const { distrust, mismatch, names, issuer } = certificate;
  return [
    ...(mismatch === undefined ? [] : [`the certificate is for ${names === '' ? 'no name' : names}`]),
    ...datesOf(certificate, now),
    ...(distrust === undefined ? [] : [`issued by ${issuer === '' ? 'nobody' : issuer} (${distrust})`]),
  ];
}

/** What is wrong with its dates. */
function datesOf({ validFrom, validTo }: CertificateFacts, now: number): string[] {
  const day = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  if (now > validTo) return [`the certificate expired ${day(validTo)}`];
  if (now < validFrom) return [`the certificate is valid from ${day(validFrom)} on only`];
  return [];
}
