import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { readPackageVersion } from '../../src/cli/package-version.ts';
import { runMuster, runMusterWith } from '../move/run-muster.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { runTranspile } from './run-transpile.ts';

const EMPTY =
  '{"ignition":{"config":{},"security":{"tls":{}},"timeouts":{},"version":"2.3.0"},"networkd":{},"passwd":{},"storage":{},"systemd":{}}';

test('muster transpile reads the standard input and writes the standard output, without a newline', async () => {
  const { code, stdout, stderr } = await runMusterWith('{}', 'transpile');
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: EMPTY, stderr: '' });
});

test('ct is muster transpile', async () => {
  const child = spawn(process.execPath, [`${repositoryRoot}bin/ct`, '--pretty', '-platform=ec2']);
  child.stdin.end('docker: {}');
  const closed = once(child, 'close');
  const stdout = await text(child.stdout);
  assert.deepEqual(await closed, [0, null]);
  const expected = await runTranspile('docker: {}', ['-pretty', '-platform', 'ec2']);
  assert.equal(stdout, expected.stdout);
});

test('transpile -in-file and -out-file name files', async (context) => {
  const folder = temporaryFolder(context);
  const [input, output] = [join(folder, 'in.yaml'), join(folder, 'out.ign')];
  writeFileSync(input, '{}');
  writeFileSync(output, 'what was there before, and is longer than nothing'.repeat(10));
  const { code, stdout } = await runMuster('transpile', '-in-file', input, '--out-file', output);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
  assert.equal(readFileSync(output, 'utf8'), EMPTY);
});

test('transpile writes no file unless all went well', async (context) => {
  const output = join(temporaryFolder(context), 'out.ign');
  const refused = ['etcd: {version: 1.0.0}', 'storage: {files: [{path: a, mode: 1}]}', 'a: [', 'update: {}'];
  for (const input of refused) {
    const { code, stdout } = await runTranspile(input, ['-strict', '-out-file', output]);
    assert.deepEqual({ code, stdout, exists: existsSync(output) }, { code: 1, stdout: '', exists: false });
  }
});

test('transpile says which file it could not have', async (context) => {
  const folder = temporaryFolder(context);
  const missing = join(folder, 'none', 'x');
  const stderrOf = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runTranspile('{}', args);
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    return stderr;
  };
  assert.equal(
    await stderrOf('-in-file', missing),
    `Failed to open: open ${missing}: no such file or directory\n`,
  );
  assert.equal(await stderrOf('-in-file', folder), `Failed to read: read ${folder}: is a directory\n`);
  assert.equal(
    await stderrOf('-out-file', missing),
    `Failed to create: open ${missing}: no such file or directory\n`,
  );
});

test('transpile -help prints the flags on the standard error, -version the version', async () => {
  for (const flag of ['-help', '--help', '-help=true', '-h']) {
    const { code, stdout, stderr } = await runMusterWith('', 'transpile', flag);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
    assert.match(stderr, /^Usage of ct:\n/);
    for (const name of [
      'in-file',
      'out-file',
      'pretty',
      'strict',
      'platform',
      'files-dir',
      'help',
      'version',
    ])
      assert.match(stderr, new RegExp(`^  -${name}\\b`, 'm'));
  }
  const { code, stdout } = await runTranspile('', ['--version']);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `ct ${readPackageVersion()}\n` });
});

test('transpile refuses flags that it does not know, in the words of Go, and then shows those that it has', async () => {
  const problems: readonly (readonly [args: readonly string[], problem: string])[] = [
    [['-x'], 'flag provided but not defined: -x'],
    [['--nonsense=1'], 'flag provided but not defined: -nonsense'],
    [['-platform'], 'flag needs an argument: -platform'],
    [['-pretty=maybe'], 'invalid boolean value "maybe" for -pretty: parse error'],
    [['---pretty'], 'bad flag syntax: ---pretty'],
    [['-=x'], 'bad flag syntax: -=x'],
    [
      ['--profile', '9'],
      'invalid value "9" for flag -profile: choose one of 2.0.0 2.1.0 2.2.0 2.3.0 3.3.0 3.4.0',
    ],
  ];
  for (const [args, problem] of problems) {
    const { code, stdout, stderr } = await runTranspile('{}', args);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.equal(stderr.split('\n', 2)[0], problem);
    assert.equal(stderr.split('\n', 2)[1], 'Usage of ct:');
  }
});

test('transpile takes flags as Go does: one dash or two, values behind "=", and none behind another word', async () => {
  const same = await runTranspile('{}', ['-pretty']);
  for (const args of [['--pretty'], ['-pretty=true'], ['-pretty=T'], ['-pretty', 'word', '-x']]) {
    assert.deepEqual(await runTranspile('{}', args), same);
  }
  for (const args of [
    ['--', '-pretty'],
    ['-', '-pretty'],
    ['-pretty', '-pretty=false'],
  ]) {
    assert.equal((await runTranspile('{}', args)).stdout, EMPTY);
  }
});

test('transpile reads what is no UTF-8 as an error', async () => {
  const { code, stderr } = await runTranspile(Buffer.from([0x61, 0x3a, 0x20, 0xff]), []);
  assert.equal(code, 1);
  assert.equal(stderr, 'error: yaml: invalid leading UTF-8 octet\nFailed to parse config\n');
});

test('transpile reads UTF-16 as well, as libyaml does', async () => {
  const { stdout } = await runTranspile(Buffer.from('\ufeffdocker: {}', 'utf16le'), []);
  assert.equal(stdout, (await runTranspile('docker: {}', [])).stdout);
});

test('a % in a message stays as it is', async () => {
  const { stderr } = await runTranspile('"%zz %d": 1', []);
  assert.equal(stderr, 'warning at line 1, column 1\nConfig has unrecognized key: %zz %d\n');
});
