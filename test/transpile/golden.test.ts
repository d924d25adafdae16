import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createTempDir } from '../support/temp-dir.ts';
import { type GoldenCase, readGoldenCases } from './golden-case.ts';
import { runTranspile } from './run-transpile.ts';

const cases = readGoldenCases();

function writeFiles(folder: string, { files }: GoldenCase): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

for (const golden of cases) {
  test(`transpile: ${golden.name}`, async () => {
    await using folder = await createTempDir();
    writeFiles(folder.path, golden);
    const args = golden.args.map((arg) => arg.replace('FILES', folder.path));
    const { code, stdout, stderr } = await runTranspile(golden.input, args);
    assert.deepEqual(
      { stdout, stderr: stderr.replaceAll(folder.path, 'FILES'), code },
      { stdout: golden.stdout, stderr: golden.stderr, code: golden.code },
    );
  });
}
