import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/repository.ts';

const list = (folder: string): string[] =>
  readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
    join(folder, path),
  );
const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

const rootPages = readdirSync(repositoryRoot).filter((path) => path.endsWith('.md'));
const files = [...['src', 'test', 'bench', 'scripts', 'docs', 'deploy'].flatMap(list), ...rootPages];
const pages = files.filter((path) => path.endsWith('.md'));

test('every file that a page names is there', () => {
  const missing = pages.flatMap((page) => {
    // Not those with a star, which stand for many.
    const named = [...read(page).matchAll(/(?<![*\w./-])[\w./-]*\w\.(?:ts|mjs|md)\b/g)];
    return named
      .map(([name]) => name.replace(/^(?:\.\.?\/)+/, ''))
      .filter((name) => !files.some((file) => file === name || file.endsWith(`/${name}`)))
      .map((name) => `${page}: ${name}`);
  });
  assert.deepEqual(missing, []);
});

test('every link from page to page leads somewhere', () => {
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(repositoryRoot, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('every rule that the code goes by is on the page of rules', () => {
  const written = new Set([...read('docs/rules.md').matchAll(/^(\d+)\. /gm)].map(([, number]) => number));
  const cited = files
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...read(path).matchAll(/\brules? ((?:\d+(?:, | and )?)+)/g)])
    .flatMap(([, numbers = '']) => numbers.match(/\d+/g) ?? []);
  assert(cited.length > 0);
  assert.deepEqual(
    cited.filter((number) => !written.has(number)),
    [],
  );
});

test('every folder of tests has its line in CONTRIBUTING.md', () => {
  const page = read('CONTRIBUTING.md');
  const folders = readdirSync(join(repositoryRoot, 'test'));
  assert.deepEqual(
    folders.filter((folder) => !page.includes(`\`test/${folder}/\``)),
    [],
  );
});
