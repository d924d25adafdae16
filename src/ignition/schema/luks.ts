import { checkClevisCustom, checkTang } from '../checks/clevis.ts';
import { checkDuplicates } from '../checks/duplicates.ts';
import { checkLuks } from '../checks/luks.ts';
import { flag, many, one, type Section, text, texts, whole } from './declare.ts';
import { fileContents } from './resource.ts';

const tang: Section = {
  name: 'a Tang server',
  fields: { url: text(), thumbprint: text(), advertisement: text({ since: '3.4' }) },
  checks: [checkTang],
};

const custom: Section = {
  name: 'a custom Clevis pin',
  fields: { pin: text(), config: text(), needsNetwork: flag() },
  checks: [checkClevisCustom],
};

const clevis: Section = {
  name: 'the Clevis section',
  fields: { tang: many(tang), tpm2: flag(), threshold: whole(), custom: one(custom) },
  checks: [checkDuplicates({ lists: [{ key: 'tang', by: 'url' }] })],
};

const cex: Section = { name: 'the CEX section', fields: { enabled: flag() } };

/** An encrypted volume. */
export const luks: Section = {
  name: 'a LUKS volume',
  fields: {
    name: text(),
    device: text(),
    label: text(),
    uuid: text(),
    options: texts(),
    wipeVolume: flag(),
    keyFile: one(fileContents),
    clevis: one(clevis),
    discard: flag({ since: '3.4' }),
    openOptions: texts({ since: '3.4' }),
    cex: one(cex, { since: '3.5' }),
  },
  checks: [checkLuks, checkDuplicates({ lists: [{ key: 'openOptions' }] })],
};
