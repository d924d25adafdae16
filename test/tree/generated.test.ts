import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '../support/repository.ts';

test('src/proto/ is what "npm run generate" made of proto/', async () => {
  const script = pathToFileURL(join(repositoryRoot, 'scripts', 'generated-digest.mjs')).href;
  const { digestOf } = (await import(script)) as { digestOf: (root: string) => string };
  const noted = readFileSync(join(repositoryRoot, 'src', 'proto', 'generated.sha256'), 'utf8').trim();
  assert.equal(digestOf(repositoryRoot), noted, 'run "npm run generate" after a change below proto/');
});
