import type { IgnitionDocument } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import type { Ignition3Document } from './document.ts';
import { translateSection } from './references.ts';
import { translateStorage } from './storage.ts';
import type { Translation } from './translation.ts';
import { translateUnits } from './units.ts';
import { translatePasswd } from './users.ts';

/**
 * Carries a document of 2.3.0 that was checked over to Ignition 3.x. What has no equal there is told in the report,
 * at its place: an error where the machine would not become what was meant, and else a warning.
 *
 * @param place where the configuration stands, looked up by the names of Ignition 2
 * @param filesWithMode the files whose configuration says a mode, by their index
 */
export function translateDocument(
  document: IgnitionDocument,
  place: Place,
  filesWithMode: ReadonlySet<number>,
  translation: Translation,
): Ignition3Document {
  const unitsAt = place.key('systemd').key('units').withGeneratedUnits();
  return {
    ignition: translateSection(document.ignition, place.key('ignition'), translation),
    passwd: translatePasswd(document.passwd, place.key('passwd'), translation),
    storage: translateStorage(document, place, filesWithMode, translation),
    systemd: { units: translateUnits(document.systemd.units, unitsAt, translation) },
  };
}
