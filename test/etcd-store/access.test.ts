import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { commit, entriesOf, put } from '../contract/open-store.ts';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { startMember } from '../support/etcd.ts';
import { base64, callGateway } from '../support/gateway.ts';
import { LogLines } from '../support/log-lines.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { TestCa, writePair } from '../support/test-ca.ts';
import { openStore, startEtcd } from './open.ts';

const A = 'a'.repeat(32);
const skip = missingPeers('etcd-3.6');

test('two stores with prefixes of their own share an etcd and know nothing of each other', {
  skip,
}, async (t) => {
  const { clientUrl } = await startEtcd(t, '3.6');
  const one = await openStore(t, [clientUrl], { prefix: '/one' });
  const two = await openStore(t, [clientUrl], { prefix: '/two' });
  await commit(one, A, put('k', '1'));
  assert.deepEqual(await entriesOf(two, A), []);
  assert.equal((await two.stats()).keys, 0);
  assert.equal((await one.stats()).keys, 1);
  const { kvs } = await callGateway(clientUrl, 'kv/range', { key: base64('\0'), range_end: base64('\0') });
  for (const { key } of kvs as Array<{ key: string }>) {
    assert.match(Buffer.from(key, 'base64').toString(), /^\/one\//);
  }
});

test('Muster shows its certificate to an etcd that demands one, and knows it by its CA', {
  skip,
}, async (t) => {
  const dir = temporaryFolder(t);
  const ca = new TestCa('the CA of the etcd cluster');
  const server = await writePair(ca.issue('etcd', ['127.0.0.1']), `${dir}/server`);
  const client = await writePair(ca.issue('muster'), `${dir}/client`);
  await writeFile(`${dir}/ca.crt`, ca.cert);
  const url = `https://127.0.0.1:${await freePort()}`;
  const member = await startMember({
    version: '3.6',
    name: 'm',
    dataDir: `${dir}/etcd`,
    extraArgs: [
      ...['--listen-client-urls', url, '--advertise-client-urls', url, '--client-cert-auth'],
      ...['--cert-file', server.certFile, '--key-file', server.keyFile, '--trusted-ca-file', `${dir}/ca.crt`],
    ],
  });
  t.after(() => member[Symbol.asyncDispose]());
  const args = ['--etcd-ca', `${dir}/ca.crt`, '--etcd-cert', client.certFile, '--etcd-key', client.keyFile];
  await using muster = await startMuster({ store: `etcd:${url}`, args });
  await newDiscoveryUrl(muster.url, 3);
  const refused = await startServe([...['--store', `etcd:${url}`], ...args.slice(0, 2)]);
  assert.match(refused, /does not answer/);
  const lone = await startServe([...['--store', `etcd:${url}`], ...args.slice(0, 4)]);
  assert.match(lone, /--etcd-cert cannot stand alone/);
});

test('Muster authenticates to an etcd with users, and again when that has forgotten it', {
  skip,
}, async (t) => {
  const dir = temporaryFolder(t);
  const member = await startEtcd(t, '3.6');
  const { clientUrl } = member;
  await callGateway(clientUrl, 'auth/user/add', { name: 'root', password: 'secret' });
  await callGateway(clientUrl, 'auth/role/add', { name: 'root' });
  await callGateway(clientUrl, 'auth/user/grant', { user: 'root', role: 'root' });
  await callGateway(clientUrl, 'auth/enable');
  await writeFile(`${dir}/user`, 'root:secret\n');
  await writeFile(`${dir}/wrong`, 'root:guessed\n');
  await using muster = await startMuster({
    store: `etcd:${clientUrl}`,
    args: ['--etcd-user-file', `${dir}/user`],
  });
  await newDiscoveryUrl(muster.url, 3);
  // Its tokens are gone with it.
  await member.program.stop();
  await member.start();
  await member.waitHealthy();
  await newDiscoveryUrl(muster.url, 3);
  const wrong = await startServe(['--store', `etcd:${clientUrl}`, '--etcd-user-file', `${dir}/wrong`]);
  assert.match(wrong, /authentication failed/);
  assert.doesNotMatch(wrong, /guessed/);
  const none = await startServe(['--store', `etcd:${clientUrl}`]);
  assert.match(none, /user name is empty|permission denied/);
});

test('an etcd that is not there is told at start, with what to check', async () => {
  const text = await startServe(['--store', `etcd:http://127.0.0.1:${await freePort()}`]);
  assert.match(text, /the etcd cluster at http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/);
  assert.match(text, /Check the addresses of --store/);
});

/** Starts a service that is to refuse its settings. Answers what it printed. */
async function startServe(args: readonly string[]): Promise<string> {
  const log = new LogLines();
  await using program = await startProgram({
    name: 'muster',
    file: process.execPath,
    args: [`${repositoryRoot}bin/muster`, 'serve', '--listen', '127.0.0.1:0', ...args],
    log,
  });
  const { code } = await program.exited;
  assert.notEqual(code, 0);
  return log.tail;
}
