import { parseUnit } from '../grammar/unit-file.ts';
import type { Check } from '../schema/declare.ts';

/** The contents of a unit or drop-in can be read. */
export const checkUnitSyntax: Check = (item, { findings }) => {
  const contents = item.text('contents');
  const problem = contents === undefined ? undefined : parseUnit(contents).problem;
  if (problem !== undefined)
    findings.add('unit-syntax', item.at('contents'), `the unit cannot be read: ${problem}`);
};

/** A unit that is enabled says where it is to be started: in its section `[Install]`. */
export const checkInstallSection: Check = (item, { findings }) => {
  const contents = item.text('contents') ?? '';
  if (contents === '' || !(item.isTrue('enabled') || item.isTrue('enable'))) return;
  const { sections } = parseUnit(contents);
  if (sections === undefined || sections.has('Install')) return;
  findings.add(
    'unit-without-install',
    item.at('contents'),
    `the unit is enabled and has no [Install] section, so that nothing starts it; add one, such as WantedBy=multi-user.target`,
  );
};
