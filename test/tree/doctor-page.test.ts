import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DOCTOR_EXIT_CODES } from '../../src/cli/doctor-exit.ts';
import { DOCTOR_CAUSE_IDS } from '../../src/doctor/cause.ts';
import { KNOWN_LINES } from '../../src/doctor/log/known-lines.ts';
import { repositoryRoot } from '../support/repository.ts';

const page = readFileSync(`${repositoryRoot}docs/doctor.md`, 'utf8');

test('the page of the doctor has a section for every cause, in their order, and no other', () => {
  const sections = [...page.matchAll(/^### `(\S+)`$/gm)].map(([, id]) => id);
  assert.deepEqual(sections, [...DOCTOR_CAUSE_IDS]);
});

test('the page names every line of a log that is known, with its versions, and no other', () => {
  const rows = [...page.matchAll(/^\| `log-(\S+)` +\| ([^|]+?) +\|/gm)].map(
    ([, id, versions]) => `${id}: ${versions}`,
  );
  assert.deepEqual(
    rows,
    KNOWN_LINES.map(({ id, versions }) => `${id}: ${versions}`),
  );
});

test('the page has the exit codes as they are', () => {
  const rows = [...page.matchAll(/^\| (\d+) +\| `(\S+)` +\|/gm)].map(([, code, state]) => [
    state,
    Number(code),
  ]);
  assert.deepEqual(Object.fromEntries(rows), DOCTOR_EXIT_CODES);
});
