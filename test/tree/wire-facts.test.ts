import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { repositoryRoot } from '../support/repository.ts';

const page = readFileSync(`${repositoryRoot}docs/wire-facts.md`, 'utf8');
const facts = [...page.matchAll(/^\| (\d+\.\d+) +\|/gm)].map(([, number = '']) => number);

function readTests(folder: string): string {
  return readdirSync(`${repositoryRoot}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(`${repositoryRoot}${folder}/${path}`, 'utf8'))
    .join('\n');
}

test('every fact about the wire is named by a test, and every named one stands on the page', () => {
  const titles =
    `${readTests('src')}\n${readTests('test')}`.match(/\bprotocol \d+\.\d+(?:, \d+\.\d+)*/g) ?? [];
  const named = new Set(titles.flatMap((title) => title.match(/\d+\.\d+/g) ?? []));
  assert(facts.length > 0);
  assert.deepEqual([...named].sort(), [...facts].sort());
});
