import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { LogReader } from '../../src/doctor/log/explain-log.ts';
import { KNOWN_LINES } from '../../src/doctor/log/known-lines.ts';
import { LOGS, readSituations } from './situations.ts';

function explain(lines: readonly string[]): string[] {
  const reader = new LogReader();
  for (const line of lines) reader.add(line);
  return [...new Set(reader.report().entries.map(({ id, severity }) => `${id}:${severity}`))];
}

for (const file of readdirSync(LOGS)) {
  for (const { name, said, lines } of readSituations(file)) {
    test(`${file.replace(/\.txt$/, '')}, ${name}: each recorded line is told for what it is`, () => {
      assert.deepEqual(explain(lines), said);
    });
  }
}

test('the recorded logs read the same through journalctl, Docker and Kubernetes', () => {
  const prefixes = [
    'Nov 28 02:44:33 core-1 etcd-wrapper[812]: ',
    '2026-11-28T02:44:33+0000 core-1 etcd[812]: ',
    'etcd-1  | ',
    '2026-11-28T02:44:33.123456789Z ',
    '2026-11-28T02:44:33.123456789+01:00 stderr F ',
    '[pod/etcd-0/etcd] ',
  ];
  for (const file of readdirSync(LOGS)) {
    for (const { name, said, lines } of readSituations(file)) {
      for (const prefix of prefixes) {
        assert.deepEqual(explain(lines.map((line) => prefix + line)), said, `${file}, ${name}, ${prefix}`);
      }
    }
  }
});

test('under systemd etcd 2 to 3.4 leaves time and package to the journal, and is understood', () => {
  for (const file of readdirSync(LOGS).filter((name) => /etcd-(?:2|3\.4)/.test(name))) {
    for (const { name, said, lines } of readSituations(file)) {
      const bare = lines.map((line) => line.replace(/^[\d-]+ [\d:.]+ [A-Z] \| [a-z/]+: /, ''));
      assert.deepEqual(
        explain(bare.map((line) => `Nov 28 02:44:33 core-1 etcd-wrapper[812]: ${line}`)),
        said,
        `${file}, ${name}`,
      );
    }
  }
});

test('every known line has an id of its own', () => {
  const ids = KNOWN_LINES.map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
});
