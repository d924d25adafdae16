import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberOptions, newDiscoveryUrl, untilRegistered, v3MemberOptions } from '../etcd/clusters.ts';
import { startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { runDoctor } from './run-doctor.ts';
import { readSituations } from './situations.ts';

for (const [version, dialect, wanted] of [
  ['3.4', 'v2', /\[log-refused\]/],
  ['3.5', 'v2', /\[log-refused\]/],
  ['3.6', 'v3', /\[log-refused\]/],
  ['3.7', 'v3', /\[log-refused\]/],
] as const) {
  test(`what a living etcd ${version} is refused for over ${dialect}, its log tells with the remedy of the service`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, second] = (dialect === 'v2' ? memberOptions : v3MemberOptions)(version, url, dir.path, 2);
    assert(first && second);
    await using _waiting = await startMember({ ...first, name: 'default' });
    await untilRegistered(url, 1);
    await using refused = await startMember({ ...second, name: 'default' });
    await refused.log.waitFor(/belongs to another member/, 30_000);
    const { code, stdout } = await runDoctor([url, '--log', '-'], { stdin: refused.log.lines.join('\n') });
    assert.equal(code, 11);
    assert.match(stdout, wanted);
    assert.match(stdout.replaceAll(/\s+/g, ' '), /-> Set --name to a different value on every machine/);
    assert.match(stdout, /What the log says:/);
  });
}

test('a log that says nothing of discovery is told as that, and ends well', async () => {
  const { code, stdout } = await runDoctor(['--log', '-'], { stdin: 'hello\n\u0000\ufffd\nworld' });
  assert.equal(code, 0);
  assert.match(stdout, /None of its 3 lines is about discovery/);
  const empty = await runDoctor(['--log', '-']);
  assert.equal(empty.code, 0);
});

test('a log of a member alone is printed as JSON too, without whole tokens', async () => {
  const [situation] = readSituations('etcd-3.5-v2.txt').filter(({ name }) => name === 'unknown');
  const stdin = situation?.lines.join('\n') ?? '';
  assert.match(stdin, /[0-9a-f]{32}/);
  const { code, stdout } = await runDoctor(['--log', '-', '--json'], { stdin });
  assert.equal(code, 11);
  const { causes, log } = JSON.parse(stdout) as { causes: { id: string }[]; log: { lines: number } };
  assert.deepEqual(
    causes.map(({ id }) => id),
    ['log-unknown-token'],
  );
  assert.equal(log.lines, situation?.lines.length);
  assert.doesNotMatch(stdout, /[0-9a-f]{32}/);
});
