import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

function run(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 30_000 });
}

test('bin/muster prints the version of package.json', () => {
  const { status, stdout, stderr } = run(PROGRAM, '--version');
  assert.match(stdout, /^muster [0-9]+\.[0-9]+\.[0-9]+\S*\n$/);
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('bin/muster ends with the exit code of the command', () => {
  assert.equal(run(PROGRAM, 'serve', '--listen', 'x').status, 2);
});

test('bin/muster says what to do where nothing is built', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-bin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  copyFileSync(PROGRAM, join(folder, 'bin', 'muster'));
  const { status, stderr } = run(join(folder, 'bin', 'muster'), 'serve');
  assert.match(stderr, /^muster: not built yet\. Run "npm start" or "npm run build" once/);
  assert.equal(status, 1);
});
