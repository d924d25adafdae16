import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { httpsGet } from '../support/https-get.ts';
import { startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa, writePair } from '../support/test-ca.ts';
import { follow, toolsOf } from './follow-lines.ts';
import { runCommand } from './run-muster.ts';

const ca = new TestCa('the CA of the cluster');
const member = ca.issue('a member', ['127.0.0.1']);

test('the lines of muster replace have the files that a cluster behind TLS demands', {
  skip: missingPeers('etcd-3.5'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const caFile = `${dir.path}/ca.crt`;
  await writeFile(caFile, ca.cert);
  const { certFile, keyFile } = await writePair(member, `${dir.path}/member`);

  /** What a machine keeps of its command line when it is started anew. */
  const own = async (name: string) => {
    const peerUrl = `https://127.0.0.1:${await freePort()}`;
    const clientUrl = `https://127.0.0.1:${await freePort()}`;
    const args = [
      ...['--data-dir', `${dir.path}/${name}`, '--listen-peer-urls', peerUrl],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--cert-file', certFile, '--key-file', keyFile, '--trusted-ca-file', caFile, '--client-cert-auth'],
      ...['--peer-cert-file', certFile, '--peer-key-file', keyFile],
      ...['--peer-trusted-ca-file', caFile, '--peer-client-cert-auth'],
    ];
    return { name, peerUrl, clientUrl, args };
  };
  const start = (name: string, args: readonly string[]): Promise<Program> =>
    startProgram({ name, file: etcdProgram('3.5', 'etcd'), args, env: cleanEnvironment() });
  const waitHealthy = (clientUrl: string, { ended }: Program): Promise<true> =>
    poll(
      'a healthy member',
      60_000,
      async (signal) => {
        const answer = await httpsGet(`${clientUrl}/health`, { ca: ca.cert, ...member, signal });
        return answer.body.includes('"health":"true"') || undefined;
      },
      ended,
    );

  const places = await Promise.all(['m1', 'm2', 'm3'].map(own));
  const [first, , lost] = places;
  assert(first && lost);
  await using all = new (class {
    programs: Program[] = [];
    async [Symbol.asyncDispose](): Promise<void> {
      await Promise.all(this.programs.map((program) => program[Symbol.asyncDispose]()));
    }
  })();
  for (const { name, peerUrl, args } of places) {
    const identity = ['--name', name, '--initial-advertise-peer-urls', peerUrl, '--discovery', url];
    all.programs.push(await start(name, [...identity, ...args]));
  }
  const [one, , three] = all.programs;
  assert(one && three);
  await waitHealthy(first.clientUrl, one);
  three.kill('SIGKILL');
  await three.exited;
  rmSync(`${dir.path}/m3`, { recursive: true });

  const bare = await runCommand(['replace', url, '--name', 'm3']);
  assert.equal(bare.code, 8, bare.text);
  assert.match(bare.text, /no member of the cluster answers: .*127\.0\.0\.1:\d+ cannot be reached/);
  const tls = ['--peer-tls-ca', caFile, '--peer-tls-cert', certFile, '--peer-tls-key', keyFile];
  const printed = await runCommand(['replace', url, '--name', 'm3', ...tls]);
  assert.equal(printed.code, 0, printed.text);
  const { env, startedWith } = toolsOf('3.5', dir.path);
  await follow(printed.text, env);
  const back = await start('m3', [...lost.args, ...startedWith()]);
  all.programs.push(back);
  await waitHealthy(lost.clientUrl, back);
  const healthy = await runCommand(['replace', url, '--name', 'm3', ...tls]);
  assert.equal(healthy.code, 10, healthy.text);
});
