import type { Conversion } from '../conversion.ts';
import type {
  IgnitionConfigs,
  IgnitionReference,
  IgnitionSection,
  IgnitionSecurity,
  IgnitionTimeouts,
  IgnitionTls,
} from '../ignition2/document.ts';
import { ifSet, nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import { error, NO_FINDINGS } from '../report.ts';
import { listOf, optional } from '../schema/collections.ts';
import type { Place } from '../schema/place.ts';
import { int, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { formatUrl, parseUrl } from '../text/url.ts';
import { sourceProblem } from './source.ts';
import { convertVerification, type Verification, verification, verificationShape } from './verification.ts';

/** Another configuration, or a certificate. */
export interface Reference {
  source: string;
  verification: Verification;
}

/** `ignition`: other configurations, and how they are fetched. */
export interface Ignition {
  config: { append: readonly Reference[]; replace: Reference | undefined };
  timeouts: { http_response_headers: bigint | undefined; http_total: bigint | undefined };
  security: { tls: { certificate_authorities: readonly Reference[] } };
}

const reference: Type<Reference> = struct<Reference>('ConfigReference', { source: text, verification });
const authority: Type<Reference> = struct<Reference>('CaReference', { source: text, verification });

const config: Type<Ignition['config']> = struct<Ignition['config']>('IgnitionConfig', {
  append: listOf(reference),
  replace: optional(reference),
});
const timeouts: Type<Ignition['timeouts']> = struct<Ignition['timeouts']>('Timeouts', {
  http_response_headers: optional(int),
  http_total: optional(int),
});
const tls: Type<Ignition['security']['tls']> = struct<Ignition['security']['tls']>('TLS', {
  certificate_authorities: listOf(authority),
});
const security: Type<Ignition['security']> = struct<Ignition['security']>('Security', { tls });

/** The fields of `ignition`, and what is checked of them. */
export const ignition: Type<Ignition> = struct<Ignition>('Ignition', {
  config,
  timeouts: { type: timeouts, since: '2.1.0' },
  security: { type: security, since: '2.2.0' },
});

function convertReference(
  { source, verification: wanted }: Reference,
  place: Place,
  { profile, report }: Conversion,
): IgnitionReference {
  const converted = { source, verification: convertVerification(wanted) };
  const url = parseUrl(source);
  if (typeof url === 'string') report.add(error(url), place.key('source').found);
  // Profile 2.0.0 keeps URLs in their parts, and writes them anew.
  else if (profile === '2.0.0') return { ...converted, source: formatUrl(url) };
  return converted;
}

/** The other configurations, in the terms of Ignition. */
export function convertConfigs(
  { config: { append, replace } }: Ignition,
  place: Place,
  conversion: Conversion,
): IgnitionConfigs {
  const at = place.key('config');
  const appended = append.map((one, index) =>
    convertReference(one, at.key('append').item(index), conversion),
  );
  if (replace === undefined) return { append: appended };
  return { append: appended, replace: convertReference(replace, at.key('replace'), conversion) };
}

/** The timeouts, in the terms of Ignition. */
export function convertTimeouts({ timeouts: given }: Ignition): IgnitionTimeouts {
  return { httpResponseHeaders: given.http_response_headers, httpTotal: given.http_total };
}

/** The certificate authorities, in the terms of Ignition. */
export function convertSecurity({ security: { tls: given } }: Ignition): IgnitionSecurity {
  const certificateAuthorities = given.certificate_authorities.map(({ source, verification: wanted }) => ({
    source,
    verification: convertVerification(wanted),
  }));
  return { tls: { certificateAuthorities } };
}

const referenceShape: Shape<IgnitionReference> = shape<IgnitionReference>(
  ['source', 'verification'],
  [
    plain('source', {
      always: ['2.3.0'],
      check({ source }, profile) {
        const problem = sourceProblem(source, profile);
        return problem === undefined ? NO_FINDINGS : error(problem);
      },
    }),
    nested('verification', verificationShape),
  ],
);

const configsShape: Shape<IgnitionConfigs> = shape<IgnitionConfigs>(
  ['append', 'replace'],
  [nested('append', referenceShape), nested('replace', referenceShape)],
);

const timeoutsShape: Shape<IgnitionTimeouts> = shape<IgnitionTimeouts>(
  [],
  [ifSet('httpResponseHeaders'), ifSet('httpTotal')],
);

const tlsShape: Shape<IgnitionTls> = shape<IgnitionTls>(
  [],
  [nested('certificateAuthorities', referenceShape)],
);

const securityShape: Shape<IgnitionSecurity> = shape<IgnitionSecurity>(
  [],
  [
    nested('tls', tlsShape, {
      place: (at, profile) => (profile === '2.3.0' ? at.lostKey('tls') : at.key('tls')),
    }),
  ],
);

/** `ignition` as Ignition has it: what is written, in which order, and what is checked. */
export const ignitionShape: Shape<IgnitionSection> = shape<IgnitionSection>(
  ['version', 'config'],
  [
    nested('config', configsShape),
    nested('security', securityShape, { since: '2.2.0' }),
    nested('timeouts', timeoutsShape, { since: '2.1.0' }),
    plain('version'),
  ],
);
