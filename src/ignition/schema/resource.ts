import { checkCompression } from '../checks/compression.ts';
import { checkHash, checkHashNeedsSource } from '../checks/hash.ts';
import { checkHeader, checkHeaderNames, checkHeaderScheme } from '../checks/http-headers.ts';
import { checkCertificateSource, checkSource } from '../checks/source.ts';
import { many, one, type Section, text } from './declare.ts';

const httpHeader: Section = {
  name: 'an HTTP header',
  fields: { name: text(), value: text() },
  checks: [checkHeader],
};

const verification: Section = {
  name: 'a verification',
  fields: { hash: text() },
  checks: [checkHash],
};

/** Contents of a file, which may be compressed. */
export const fileContents: Section = {
  name: 'a contents section',
  fields: {
    source: text(),
    verification: one(verification),
    compression: text(),
    // Spec 3.0 left the headers of 2.4 out.
    httpHeaders: [many(httpHeader, { since: '2.4', until: '3.0' }), many(httpHeader, { since: '3.1' })],
  },
  checks: [checkCompression, checkSource, checkHashNeedsSource('3.0'), checkHeaderNames, checkHeaderScheme],
};

/** Another Ignition document. */
export const configReference: Section = {
  name: 'a reference to another configuration',
  fields: {
    ...fileContents.fields,
    compression: text({ since: '3.1' }),
  },
  checks: [checkCompression, checkSource, checkHashNeedsSource('3.1'), checkHeaderNames, checkHeaderScheme],
};

/** A certificate authority's certificates. */
export const certificateAuthority: Section = {
  name: 'a certificate authority',
  fields: configReference.fields,
  checks: [
    checkCompression,
    checkCertificateSource,
    checkHashNeedsSource('3.1'),
    checkHeaderNames,
    checkHeaderScheme,
  ],
};
