import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../src/ignition/rules.ts';
import { FIRST_IGNITION } from '../../src/ignition/spec.ts';
import { repositoryRoot } from '../support/repository.ts';

const page = readFileSync(`${repositoryRoot}docs/validate.md`, 'utf8');
const LETTERS = { error: 'E', warning: 'W', deprecated: 'D' } as const;

test('every rule has a row in docs/validate.md, with its severity, in the order of the code', () => {
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` +\| ([EWD]) +\|/gm)].map(([, rule, letter]) => [
    rule,
    letter,
  ]);
  assert.deepEqual(
    rows,
    Object.entries(RULES).map(([rule, severity]) => [rule, LETTERS[severity]]),
  );
});

test('every spec has a row in docs/validate.md, with the first Ignition that takes it', () => {
  const rows = [...page.matchAll(/^\| (\d\.\d)\.0 \| ([\d.]+) +\|/gm)].map(([, spec, version]) => [
    spec,
    version,
  ]);
  assert.deepEqual(rows, Object.entries(FIRST_IGNITION));
});
