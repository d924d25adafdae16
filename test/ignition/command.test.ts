import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { validateIgnition } from '../../src/ignition/validate.ts';
import { LIMITS } from '../../src/limits.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program of this repository. */
function muster(args: readonly string[], input: string | Uint8Array = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${repositoryRoot}bin/muster`, ...args], {
    ...{ input, env: cleanEnvironment(), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  });
  return { code: status, out: stdout, err: stderr };
}

const good = `${repositoryRoot}test/ignition/corpus/3.3.0.ign`;
const warned = `${repositoryRoot}test/ignition/corpus/2.1.0.ign`;
const bad = `${repositoryRoot}test/ignition/cases/id-and-name.3.3.ign`;

test('muster validate is silent about a good document, and ends with 0', () => {
  assert.deepEqual(muster(['validate', good]), { code: 0, out: '', err: '' });
  assert.deepEqual(muster(['validate', '--strict', '-'], readFileSync(good)), { code: 0, out: '', err: '' });
});

test('muster validate writes a line for each entry, as compilers do, and ends with 1', () => {
  const { code, out, err } = muster(['validate', good, bad]);
  assert.equal(code, 1);
  assert.equal(err, '');
  assert.equal(
    out,
    `${bad}:9:17: error: an owner has an id and a name; give one of them (at $.storage.files.0.user)
${bad}:22:18: error: an owner has an id and a name; give one of them (at $.storage.directories.0.group)
`,
  );
});

test('muster validate --strict ends with 1 for warnings too', () => {
  const lax = muster(['validate', warned]);
  const strict = muster(['validate', '--strict', warned]);
  assert.match(lax.out, /: warning: /);
  assert.deepEqual([lax.code, strict.code], [0, 1]);
  assert.equal(strict.out, lax.out);
});

test('muster validate --json writes a line of JSON for each file', () => {
  const { code, out } = muster(['validate', '--json', bad, good, '-'], '[');
  assert.equal(code, 1);
  const [first, second, third] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { entries } = validateIgnition(readFileSync(bad, 'utf8'));
  assert.deepEqual(first, { file: bad, version: '3.3.0', valid: false, entries, omitted: 0 });
  assert.deepEqual(second, { file: good, version: '3.3.0', valid: true, entries: [], omitted: 0 });
  assert.deepEqual([third.file, third.version, third.valid], ['-', null, false]);
});

test('muster validate ends with 2 when it is not told what to read, or cannot read it', async () => {
  const nothing = muster(['validate']);
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /no file is named/);
  const unknown = muster(['validate', '--stric', good]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /--strict/);
  const missing = muster(['validate', '/nowhere/a.ign']);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /cannot read \/nowhere\/a\.ign: ENOENT/);
  await using dir = await createTempDir();
  assert.match(muster(['validate', dir.path]).err, /EISDIR/);
});

test('muster validate reads a text up to its limit', () => {
  const document = '{"ignition": {"version": "3.3.0"}}';
  const longest = document.padEnd(LIMITS.ignitionMaxBytes);
  assert.equal(muster(['validate', '-'], longest).code, 0);
  const longer = muster(['validate', '-'], `${longest} `);
  assert.equal(longer.code, 2);
  assert.match(longer.err, /more than 16777216 bytes/);
});

test('muster validate sees a byte order mark, and reads bytes that are no UTF-8 as Ignition does', async () => {
  await using dir = await createTempDir();
  const file = `${dir.path}/a.ign`;
  await writeFile(file, '\ufeff{"ignition": {"version": "3.3.0"}}');
  assert.match(muster(['validate', file]).out, /byte order mark/);
  const bytes = Buffer.from('{"ignition": {"version": "3.3.0"}, "storage": {"files": [{"path": "/?"}]}}');
  bytes[bytes.indexOf('?')] = 0xff;
  await writeFile(file, bytes);
  assert.deepEqual(muster(['validate', file]), { code: 0, out: '', err: '' });
});
