import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { ETCD_VERSIONS, etcdProgram, missingPeers } from '../support/peers.ts';
import { newDiscoveryUrl, tokenOf } from './clusters.ts';

interface Ran {
  readonly status: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 20_000;
const env = cleanEnvironment();

for (const version of ETCD_VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  const file = skip ? '' : etcdProgram(version, 'etcdctl');

  const run = (endpoint: string, ...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const options = { env, timeout: TIMEOUT_MS };
      execFile(file, ['--endpoints', endpoint, ...args], options, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr }),
      );
    });

  test(`etcdctl ${version} reads, writes and removes the keys of a token`, { skip }, async () => {
    await using muster = await startMuster();
    const token = tokenOf(await newDiscoveryUrl(muster.url, 3));
    const prefix = `/_etcd/registry/${token}`;
    const member = [`${prefix}/members/1`, 'm1=http://127.0.0.1:2380'] as const;
    const put = await run(muster.url, 'put', ...member);
    assert.deepEqual([put.status, put.stdout], [0, 'OK\n'], put.stderr);
    const got = await run(muster.url, 'get', '--prefix', prefix);
    assert.equal(got.stdout, `${prefix}/_config/size\n3\n${member.join('\n')}\n`, got.stderr);
    const keys = await run(
      muster.url,
      'get',
      '--prefix',
      '--keys-only',
      '--consistency=s',
      `${prefix}/members`,
    );
    assert.equal(keys.stdout.trim(), member[0], keys.stderr);
    const removed = await run(muster.url, 'del', member[0]);
    assert.equal(removed.stdout, '1\n', removed.stderr);
  });

  test(`etcdctl ${version} is shown a registration as it comes`, { skip, timeout: 60_000 }, async () => {
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const prefix = `/_etcd/registry/${tokenOf(url)}/members`;
    // From the first revision on, so that it does not matter when the watch begins.
    const args = ['--endpoints', muster.url, 'watch', '--prefix', '--rev=1', prefix];
    const watch = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      // Asked for at once: lines that come before anybody asks are lost.
      const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
      const seen: string[] = [];
      await run(muster.url, 'put', `${prefix}/1`, 'm1=http://127.0.0.1:2380');
      while (seen.length < 3) seen.push((await lines.next()).value ?? 'the end');
      assert.deepEqual(seen, ['PUT', `${prefix}/1`, 'm1=http://127.0.0.1:2380']);
    } finally {
      const gone = once(watch, 'exit');
      watch.kill('SIGKILL');
      await gone;
    }
  });

  test(`etcdctl ${version} finds the service healthy, and is told what it may not do`, { skip }, async () => {
    await using muster = await startMuster();
    const health = await run(muster.url, 'endpoint', 'health');
    assert.equal(health.status, 0, health.stderr);
    assert.match(health.stdout + health.stderr, /is healthy/);
    const foreign = await run(muster.url, 'get', '--prefix', '/_etcd/registry/');
    assert.notEqual(foreign.status, 0);
    assert.match(foreign.stderr, /PermissionDenied|permission denied/i);
    const unknown = await run(muster.url, 'get', `/_etcd/registry/${'0'.repeat(32)}/_config/size`);
    assert.match(unknown.stderr, /PermissionDenied/);
    const lease = await run(muster.url, 'lease', 'grant', '60');
    assert.match(lease.stderr, /Unimplemented.*Muster is a discovery service/);
  });
}
