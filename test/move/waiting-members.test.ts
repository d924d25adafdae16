import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MemberGroup, type MemberOptions, startMember, startMembers } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { runMuster } from './run-muster.ts';

/** What a member says before it waits for the others. */
const WAITS = /found peer|found 2 peer|waiting for/;

/** They would wait for a revision of the old store. */
async function restart(members: MemberGroup): Promise<void> {
  for (const member of members.all) {
    const before = member.log.count;
    await member.program.stop();
    await member.start();
    await member.waitForLine(WAITS, 30_000, before);
  }
}

/** A version for each dialect. Over v3 members have to be started again. */
const KINDS: readonly (readonly [version: EtcdVersion, dialect: 'v2' | 'v3'])[] = [
  ['3.4', 'v2'],
  ['3.6', 'v3'],
];

for (const [version, dialect] of KINDS) {
  test(`etcd ${version} members that wait over ${dialect} form their cluster with one that comes after the move`, {
    skip: missingPeers(`etcd-${version}`),
    timeout: 180_000,
  }, async () => {
    await using dir = await createTempDir();
    const [old, moved] = [`lmdb:${dir.path}/old`, `lmdb:${dir.path}/moved`];
    const optionsOf = (url: string, n: number): MemberOptions => ({
      version,
      name: `m${n}`,
      address: `127.0.0.1${n}`,
      dataDir: `${dir.path}/m${n}`,
      ...(dialect === 'v2'
        ? { discoveryUrl: url }
        : { discoveryToken: { token: url.slice(-32), endpoints: [new URL(url).origin] } }),
    });
    await using first = await startMuster({ store: old });
    // So that the revisions of the old store are above those of the new one.
    const other = await (await fetch(`${first.url}/new?size=3`)).text();
    for (let i = 0; i < 50; i++) {
      await fetch(`${other}/_state`, { method: 'PUT', body: new URLSearchParams({ value: `${i}` }) });
    }
    const url = await (await fetch(`${first.url}/new?size=3`)).text();
    await using waiting = await startMembers([1, 2].map((n) => optionsOf(url, n)));
    for (const member of waiting.all) await member.waitForLine(WAITS);
    await first.stop();
    const file = `${dir.path}/tokens.ndjson`;
    for (const args of [
      ['export', '--store', old, file],
      ['import', '--store', moved, file],
    ]) {
      const run = await runMuster(...args);
      assert.equal(run.code, 0, run.stderr);
    }
    await using second = await startMuster({ store: moved, port: first.port });
    if (dialect === 'v3') await restart(waiting);
    await using last = await startMember(optionsOf(url, 3));
    await last.waitHealthy(90_000);
    await waiting.waitHealthy();
    assert.equal(second.url, first.url);
  });
}
