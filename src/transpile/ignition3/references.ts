import type { IgnitionReference, IgnitionSection } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { quote } from '../text/quote.ts';
import type { Resource3, Section3 } from './document.ts';
import { caution, refuse, type Translation } from './translation.ts';

/** Refuses what Ignition 3.x fetches from nowhere. */
export function checkSource(source: string, at: Place, translation: Translation): void {
  if (/^oem:/i.test(source)) {
    refuse(
      translation,
      'Ignition 3 has no sources of the scheme "oem": put the file on a server, or take it in with "local" or "inline"',
      at,
    );
  }
}

function translateReference(
  { source, verification }: IgnitionReference,
  place: Place,
  translation: Translation,
): Resource3 {
  const at = place.key('source');
  if (source === '') refuse(translation, 'Ignition 3 needs a source here', at);
  checkSource(source, at, translation);
  return { source, verification: { hash: verification.hash } };
}

/** A list in which each source may stand once. */
function translateList(
  references: readonly IgnitionReference[],
  place: Place,
  translation: Translation,
): readonly Resource3[] {
  const bySource = new Map<string, Resource3>();
  for (const [index, reference] of references.entries()) {
    const at = place.item(index);
    const resource = translateReference(reference, at, translation);
    const before = bySource.get(resource.source);
    if (before === undefined) {
      bySource.set(resource.source, resource);
    } else if (before.verification.hash === resource.verification.hash) {
      caution(translation, `the source ${quote(resource.source)} stands twice: it is written once`, at);
    } else {
      refuse(translation, `the source ${quote(resource.source)} stands twice, with different hashes`, at);
    }
  }
  return [...bySource.values()];
}

const MUST_FOLLOW =
  'Ignition 3 merges no configuration of Ignition 2: what this names must be of version 3 as well';

/** The configurations that a machine is to fetch are carried over by whoever has them. */
function cautionOfOthers({ append, replace }: IgnitionSection['config'], at: Place, to: Translation): void {
  for (const index of append.keys()) caution(to, MUST_FOLLOW, at.key('append').item(index));
  if (replace !== undefined) caution(to, MUST_FOLLOW, at.key('replace'));
}

/** The section `ignition`: other configurations, and how they are fetched. */
export function translateSection(
  { config, security, timeouts }: IgnitionSection,
  place: Place,
  translation: Translation,
): Section3 {
  const at = place.key('config');
  cautionOfOthers(config, at, translation);
  const { append, replace } = config;
  const authoritiesAt = place.key('security').key('tls').key('certificateAuthorities');
  return {
    config: {
      merge: translateList(append, at.key('append'), translation),
      replace: replace && translateReference(replace, at.key('replace'), translation),
    },
    security: {
      tls: {
        certificateAuthorities: translateList(
          security.tls.certificateAuthorities,
          authoritiesAt,
          translation,
        ),
      },
    },
    timeouts,
    version: translation.profile,
  };
}
