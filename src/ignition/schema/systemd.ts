import { checkDuplicates } from '../checks/duplicates.ts';
import { checkDropinName, checkUnitName } from '../checks/unit-names.ts';
import { checkInstallSection, checkUnitSyntax } from '../checks/unit-syntax.ts';
import { flag, many, type Section, text } from './declare.ts';

const dropin: Section = {
  name: 'a drop-in',
  fields: { name: text(), contents: text() },
  checks: [checkDropinName, checkUnitSyntax],
};

const unit: Section = {
  name: 'a unit',
  fields: {
    name: text(),
    enable: flag({ until: '3.0' }),
    enabled: flag({ since: '2.1' }),
    mask: flag(),
    contents: text(),
    dropins: many(dropin),
  },
  checks: [
    checkUnitName,
    checkUnitSyntax,
    checkInstallSection,
    checkDuplicates({ lists: [{ key: 'dropins', by: 'name' }] }),
  ],
};

/** Units of systemd. */
export const systemd: Section = {
  name: 'the systemd section',
  fields: { units: many(unit) },
  checks: [checkDuplicates({ lists: [{ key: 'units', by: 'name' }] })],
};
