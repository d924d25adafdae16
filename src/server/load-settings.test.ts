import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { loadSettings, readAdminToken } from './load-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-settings-'));
after(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const name = join(folder, 'file');
  writeFileSync(name, text);
  return name;
}

test('loadSettings reads the file that a flag or a variable names', () => {
  const file = fileWith('listen: :1\n');
  assert.equal(loadSettings({ argv: ['--config', file], env: {} }).listen.port, 1);
  assert.equal(loadSettings({ argv: [], env: { MUSTER_CONFIG: file } }).listen.port, 1);
  assert.equal(loadSettings({ argv: [], env: {} }).listen.port, 8087);
});

test('loadSettings says which file it could not read', () => {
  for (const name of [join(folder, 'absent'), folder]) {
    assert.throws(
      () => loadSettings({ argv: ['--config', name], env: {} }),
      (error) =>
        isMusterError(error, 'bad-setting') &&
        /^cannot read the settings file ".*": E[A-Z]+$/.test(error.message),
    );
  }
});

test('readAdminToken gives the token without the white space around it', () => {
  assert.equal(readAdminToken(fileWith(`\n ${'x'.repeat(16)}\n`)), 'x'.repeat(16));
  assert.equal(readAdminToken(fileWith('x'.repeat(1024))), 'x'.repeat(1024));
});

test('readAdminToken refuses a token that is too short, too long or unfit for a header, without showing it', () => {
  const secrets = [
    'secret',
    'secret'.repeat(2),
    'secret'.repeat(200),
    'secret secret secret',
    'secret\nsecret\nsecret',
    'secretsecretsecretü',
  ];
  for (const secret of ['', ...secrets]) {
    assert.throws(
      () => readAdminToken(fileWith(secret)),
      (error) =>
        isMusterError(error, 'bad-setting') &&
        error.remedy !== undefined &&
        !error.message.includes('secret'),
      secret,
    );
  }
  assert.throws(() => readAdminToken(fileWith('x'.repeat(15))), /15 characters; at least 16/);
  assert.throws(() => readAdminToken(fileWith('x'.repeat(1025))), /at most 1024/);
  assert.throws(() => readAdminToken(join(folder, 'absent')), /cannot read the admin token file/);
});
