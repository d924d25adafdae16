import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createManagedToken, readReport, revokeToken } from '../../src/api-client/api-client.ts';
import { join } from '../../src/join/client.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { runTranspile } from './run-transpile.ts';

const CONFIG = `etcd:
  version: 3.5.0
  discovery: DISCOVERY
  initial_advertise_peer_urls: http://10.0.0.1:2380
`;

const configWith = (discovery: string): string => CONFIG.replace('DISCOVERY', discovery);

/** The discovery URL in a Butane config. */
const discoveryIn = (stdout: string): string | undefined => /--discovery="([^"]*)"/.exec(stdout)?.[1];

function transpileFrom(
  muster: Muster,
  config: string,
  ...args: readonly string[]
): ReturnType<typeof runTranspile> {
  return runTranspile(config, ['--to', 'butane', '--token-from', muster.url, ...args]);
}

for (const { what, discovery } of [
  { what: 'a place holder', discovery: 'https://discovery.example/<token>' },
  { what: 'nothing', discovery: '' },
]) {
  test(`--token-from puts a new token where the configuration has ${what}, and tells its secret`, async () => {
    await using muster = await startMuster();
    const { code, stdout, stderr } = await transpileFrom(muster, configWith(discovery), '--size', '5');
    assert.equal(code, 0, stderr);
    const url = discoveryIn(stdout) ?? '';
    assert((await readReport(url)).size === 5);
    const [, place, told, secret = ''] =
      /^info at (.*)\ndiscovery is (\S+), a new token for 5 members until \S+; its management secret is told only here: (\S+)\n$/.exec(
        stderr,
      ) ?? [];
    assert.deepEqual([place, told], [`line 3, column ${discovery === '' ? 13 : 14}`, url]);
    await revokeToken(url, secret);
    assert.equal((await readReport(url)).state, 'revoked');
  });
}

test('no token is made for a configuration that cannot be transpiled', async () => {
  await using muster = await startMuster({ args: ['--create', 'admin'] });
  const bad = `${configWith('')}storage: {files: [{path: a, mode: 0644}]}\n`;
  // The service would refuse, and it is not even asked.
  const { code, stdout, stderr } = await transpileFrom(muster, bad);
  assert.deepEqual([code, stdout, stderr], [1, '', 'error at line 5, column 26\npath not absolute\n']);
  const { code: refused } = await transpileFrom(muster, configWith(''));
  assert.equal(refused, 9);
});

test('without a section for etcd there is nothing to put a token into', async () => {
  await using muster = await startMuster();
  const { code, stderr } = await transpileFrom(muster, 'docker: {}\n');
  assert.equal(code, 1);
  assert.match(stderr, /^error: there is no section "etcd" to put a token into/);
});

test('the token in the configuration is asked about, and what is wrong with it is told at its place', async () => {
  await using muster = await startMuster();
  const make = (size: number): ReturnType<typeof createManagedToken> =>
    createManagedToken(muster.url, { size });
  const check = async (discovery: string, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await transpileFrom(muster, configWith(discovery), ...args);
    assert.equal(code === 0, stdout !== '');
    assert.equal(code === 0, !stderr.includes('error'), stderr);
    return stderr;
  };
  const at = 'error at line 3, column 14\n';

  const good = await make(3);
  assert.equal(await check(good.url, '--size', '3'), '');
  assert(
    await check(good.url, '--size', '5').then((said) =>
      said.startsWith(`${at}The token is for a cluster of 3`),
    ),
  );
  const unknown = await check(`${muster.url}/${'a'.repeat(32)}`);
  assert(unknown.startsWith(`${at}The service does not know this token`), unknown);

  const revoked = await make(3);
  await revokeToken(revoked.url, revoked.managementSecret);
  const over = await check(revoked.url);
  assert(over.startsWith(`${at}The token was revoked on`), over);

  const complete = await make(1);
  await join({ url: complete.url, name: 'm1', peerUrls: ['http://10.0.0.1:2380'] });
  const full = await check(complete.url);
  assert(full.startsWith(`${at}The cluster of this token is complete`), full);
});

test('--lint tells what keeps machines apart, at its place, and keeps no document back', async () => {
  const config = `etcd: {version: 3.7.0, discovery: "http://10.0.0.5:8087/${'a'.repeat(32)}", initial_advertise_peer_urls: "http://0.0.0.0:2380"}\n`;
  const { code, stdout, stderr } = await runTranspile(config, ['--profile', '3.3.0', '--lint']);
  assert.equal(code, 0);
  assert(stdout.includes('--discovery-token='));
  const column = config.indexOf('"http://0.0.0.0') + 1;
  const found = `warning at line 1, column ${column}\ninitial_advertise_peer_urls means every address`;
  assert(stderr.startsWith(found), stderr);
  const strict = await runTranspile(config, ['--profile', '3.3.0', '--lint', '-strict']);
  assert.deepEqual([strict.code, strict.stdout], [1, '']);
});

test('--token-from takes the URL of a service', async () => {
  const { code, stderr } = await runTranspile('{}', ['--token-from', 'somewhere']);
  assert.equal(code, 1);
  assert.match(stderr, /^-token-from takes the URL of a service, and not "somewhere"\n$/);
});
