import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FINDING_IDS } from '../../src/registry/findings.ts';
import { repositoryRoot } from '../support/repository.ts';

const page = readFileSync(`${repositoryRoot}docs/findings.md`, 'utf8');
const [, ...sections] = page.split(/^## /m);
const textOf = (id: string): string => sections.find((section) => section.startsWith(`\`${id}\`\n`)) ?? '';

test('the page of findings has a section for every id, in their order, and no other', () => {
  assert.deepEqual(
    sections.map((section) => section.split('\n', 1)[0]),
    FINDING_IDS.map((id) => `\`${id}\``),
  );
});

test('each section begins with how grave the finding is, and says more than that', () => {
  for (const id of FINDING_IDS) {
    assert.match(textOf(id), /^\S+\n\n(?:Problem|Warning|Note)[.;,] /, id);
    assert(textOf(id).length > 100, id);
  }
});
