import { checkDropinName, checkNetworkdName } from '../checks/unit-names.ts';
import { checkUnitSyntax } from '../checks/unit-syntax.ts';
import { many, type Section, text } from './declare.ts';

const dropin: Section = {
  name: 'a drop-in',
  fields: { name: text(), contents: text() },
  checks: [checkDropinName, checkUnitSyntax],
};

const unit: Section = {
  name: 'a networkd unit',
  fields: { name: text(), contents: text(), dropins: many(dropin, { since: '2.2' }) },
  checks: [checkNetworkdName, checkUnitSyntax],
};

/** Units of systemd-networkd. In 3.x they are files like others. */
export const networkd: Section = { name: 'the networkd section', fields: { units: many(unit) } };
