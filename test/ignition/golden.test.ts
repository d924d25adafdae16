import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../src/ignition/rules.ts';
import { type Report, validateIgnition } from '../../src/ignition/validate.ts';
import { missingPeers } from '../support/peers.ts';
import { repositoryRoot } from '../support/repository.ts';
import { compareWithEnds, compareWithPaths } from './compare.ts';
import { formatCase } from './format-case.ts';
import { judgeAll } from './judges.ts';

const folder = `${repositoryRoot}test/ignition/cases`;

/** Documents, each for the rule that its name begins with; beside each stands its report. */
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.ign'))
  .map((name) => ({
    name: name.slice(0, -'.ign'.length),
    rule: name.slice(0, name.indexOf('.')),
    text: readFileSync(`${folder}/${name}`, 'utf8'),
  }));

/** MUSTER_UPDATE_GOLDEN=1 writes the reports anew, for `git diff` to show what changed. */
const { MUSTER_UPDATE_GOLDEN } = process.env;

for (const { name, rule, text } of cases) {
  test(`the report on ${name} is as it stands beside it`, () => {
    const report = validateIgnition(text);
    const file = `${folder}/${name}.txt`;
    if (MUSTER_UPDATE_GOLDEN === '1') writeFileSync(file, formatCase(report));
    assert.equal(formatCase(report), readFileSync(file, 'utf8'));
    assert(report.entries.some((entry) => entry.rule === rule));
  });
}

test('every rule has a case', () => {
  const rules = new Set(cases.map(({ rule }) => rule));
  assert.deepEqual(
    Object.keys(RULES).filter((rule) => !rules.has(rule)),
    [],
  );
});

/** What Ignition itself says otherwise; docs/validate.md has the reasons. */
const DIFFERENT: readonly string[] = [
  'preview-spec.3.4',
  'spec-version.2.5.0-experimental',
  'spec-version.first-generation',
];

const specOf = ({ text }: { text: string }): '2' | '3' =>
  /"(?:ignitionV|v)ersion": "?[12]/.test(text) ? '2' : '3';

const compared = (line: '2' | '3'): typeof cases =>
  cases.filter((one) => specOf(one) === line && !DIFFERENT.includes(one.name));

function assertSame(
  some: typeof cases,
  peer: 'ignition-2.24' | 'ignition-0.35',
  compare: (text: string, report: Report, verdict: ReturnType<typeof judgeAll>[number]) => readonly string[],
): void {
  const verdicts = judgeAll(
    peer,
    some.map(({ text }) => text),
  );
  for (const [index, { name, text }] of some.entries()) {
    const verdict = verdicts[index];
    assert(verdict !== undefined && verdict.reason !== 'panic', name);
    assert.deepEqual(compare(text, validateIgnition(text), verdict), [], name);
  }
}

test('Ignition 2.24 says the same of the cases of 3.x', { skip: missingPeers('ignition-2.24') }, () => {
  assertSame(compared('3'), 'ignition-2.24', compareWithPaths);
});

test('Ignition 0.35 says the same of the cases of 2.x', { skip: missingPeers('ignition-0.35') }, () => {
  assertSame(compared('2'), 'ignition-0.35', compareWithEnds);
});
