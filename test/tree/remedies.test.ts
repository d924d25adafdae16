import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSourceFiles } from './source-files.ts';

/** Remedies that a person reads alone; those of the registry stand behind a colon in the log of etcd. */
const ALONE = /^(?:join|cli|doctor)\//;

test('every remedy of the client and the command line is a sentence', () => {
  const remedies = readSourceFiles()
    .filter(({ path }) => ALONE.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\bremedy(?::|\s=)\s*(['"`])(.*?)\1/gis)].map(([, , remedy = '']) => ({
        path,
        remedy,
      })),
    );
  assert(remedies.length > 8);
  assert.deepEqual(
    remedies.filter(({ remedy }) => !/^[A-Z].*[.!?]$/s.test(remedy)),
    [],
  );
});
