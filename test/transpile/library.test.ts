import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as library from 'muster/transpile';

const { formatReport, transpile } = library;

test('muster/transpile has these names', () => {
  const names = ['PLATFORM_NAMES', 'PROFILES', 'formatReport', 'readEtcdSettings', 'transpile'];
  assert.deepEqual(Object.keys(library).sort(), names);
});

test('transpile() writes 2.3.0 on one line, where nothing else is asked for', () => {
  const { output, report, isUnreadable } = transpile('docker: {}');
  assert.match(output ?? '', /^\{"ignition":\{.*"version":"2\.3\.0"\}.*\}$/);
  assert.deepEqual({ report, isUnreadable }, { report: [], isUnreadable: false });
});

test('transpile() reports a bad configuration, exactly where it is bad', () => {
  const text = 'docker: {}\nsystemd:\n  units:\n    - name: a\n';
  const { output, report, isUnreadable } = transpile(text);
  assert.equal(output, undefined);
  assert.deepEqual(report, [
    { severity: 'error', message: 'invalid systemd unit extension', line: 4, column: 13 },
  ]);
  assert.equal(isUnreadable, false);
  assert.equal(formatReport(report), 'error at line 4, column 13\ninvalid systemd unit extension\n');
});

test('transpile() says whether it could read the configuration', () => {
  assert.equal(transpile('a: [').isUnreadable, true);
  assert.equal(transpile('etcd: {version: 1.0.0}').isUnreadable, true);
  assert.equal(transpile('docker: {}', { platform: 'nowhere' }).isUnreadable, false);
});

test('transpile() takes local files from whoever calls it', () => {
  const text = 'storage: {files: [{path: /a, mode: 0644, contents: {local: b}}]}';
  const asked: string[] = [];
  const files = {
    read(path: string): Uint8Array | string {
      asked.push(path);
      return path === 'b' ? new TextEncoder().encode('x y') : 'there is none';
    },
  };
  assert.match(transpile(text, { files }).output ?? '', /"source":"data:,x%20y"/);
  assert.deepEqual(asked, ['b']);
  const { report } = transpile(text.replace('local: b', 'local: c'), { files });
  assert.deepEqual(
    report.map(({ message }) => message),
    ['there is none'],
  );
});

test('transpile() reads bytes and texts alike', () => {
  const text = 'docker: {flags: ["\u00e9"]}';
  assert.deepEqual(transpile(new TextEncoder().encode(text)), transpile(text));
});
