import { checkDuplicates } from '../checks/duplicates.ts';
import { checkRaid } from '../checks/raid.ts';
import { type Section, text, texts, whole } from './declare.ts';

/** A RAID array. */
export const raid: Section = {
  name: 'a RAID array',
  fields: {
    name: text(),
    level: text(),
    devices: texts(),
    spares: whole(),
    options: texts({ since: '2.2' }),
  },
  checks: [checkRaid, checkDuplicates({ lists: [{ key: 'devices' }] })],
};
