import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles } from './source-files.ts';

const files = readSourceFiles();

test('files are named for what is in them, in kebab-case', () => {
  const offenders = files.filter(({ path }) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9-]+\.ts$/.test(path));
  assert.deepEqual(
    offenders.map(({ path }) => path),
    [],
  );
});

test('no file is a place for what has no name yet', () => {
  const vague = /(?:^|[/-])(?:utils?|helpers?|common|misc|manager)(?:[./-]|$)/;
  assert.deepEqual(
    files.filter(({ path }) => vague.test(path)).map(({ path }) => path),
    [],
  );
});

test('nothing is left to do', () => {
  assert.deepEqual(
    files.filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path),
    [],
  );
});
