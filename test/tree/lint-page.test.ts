import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PLATFORMS } from '../../src/boot-config/boot-config.ts';
import { LINT_IDS } from '../../src/boot-config/lint/lint.ts';
import { repositoryRoot } from '../support/repository.ts';

const page = readFileSync(`${repositoryRoot}docs/boot-config.md`, 'utf8');
const [, ...sections] = page.split(/^### /m);

test('the page has a section for every id of the lint, in their order, and no other', () => {
  assert.deepEqual(
    sections.map((section) => section.split('\n', 1)[0]),
    LINT_IDS.map((id) => `\`${id}\``),
  );
});

test('each section begins with how grave it is', () => {
  for (const section of sections) assert.match(section, /^\S+\n\n(?:Problem|Warning|Note)[.; ]/);
});

test('the page has a row for every platform', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` /gm)].map(([, id]) => id);
  assert.deepEqual(
    PLATFORMS.filter(({ id }) => !rows.includes(id)),
    [],
  );
});
