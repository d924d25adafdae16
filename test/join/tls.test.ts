import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { httpsGet } from '../support/https-get.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa, writePair } from '../support/test-ca.ts';
import { runJoin, startJoin } from './run-join.ts';

const ca = new TestCa('the CA of the service');
const clientCa = new TestCa('the CA of clients');
const etcdCa = new TestCa('the CA of the cluster');
const server = ca.issue('muster', ['127.0.0.1']);
const identity = clientCa.issue('a member');
/** What etcd shows to others, and what it takes from a proxy: a certificate without a common name. */
const member = etcdCa.issue('m1', ['127.0.0.1']);
const nameless = etcdCa.issue('');

/** The files of all of these in a folder, by what they are. */
async function writeFiles(dir: string) {
  const files = { ca: `${dir}/ca.crt`, clientCa: `${dir}/client-ca.crt`, etcdCa: `${dir}/etcd-ca.crt` };
  await writeFile(files.ca, ca.cert);
  await writeFile(files.clientCa, clientCa.cert);
  await writeFile(files.etcdCa, etcdCa.cert);
  return {
    ...files,
    server: await writePair(server, `${dir}/server`),
    identity: await writePair(identity, `${dir}/identity`),
    member: await writePair(member, `${dir}/member`),
    nameless: await writePair(nameless, `${dir}/nameless`),
  };
}

type Files = Awaited<ReturnType<typeof writeFiles>>;

/** A service that serves nobody without a client certificate. */
function startStrict(files: Files): Promise<Muster> {
  const { certFile, keyFile } = files.server;
  return startMuster({
    ca: ca.cert,
    identity,
    args: [
      ...['--tls-cert', certFile, '--tls-key', keyFile],
      ...['--tls-client-ca', files.clientCa, '--tls-client-auth', 'all'],
    ],
  });
}

async function newUrl(muster: Muster, size: number): Promise<string> {
  const { status, body } = await httpsGet(`${muster.url}/new?size=${size}`, { ca: ca.cert, ...identity });
  assert.equal(status, 200, body);
  return body;
}

const named = (index: number): string[] => [
  ...['--name', `m${index}`, '--peer-urls', `https://127.0.0.1:${23_800 + index}`],
];

for (const dialect of ['v2', 'v3'] as const) {
  test(`muster join by ${dialect} reaches a service that demands a client certificate`, async () => {
    await using dir = await createTempDir();
    const files = await writeFiles(dir.path);
    await using muster = await startStrict(files);
    const url = await newUrl(muster, 2);
    const { certFile, keyFile } = files.identity;
    const tls = ['--dialect', dialect, '--tls-ca', files.ca, '--tls-cert', certFile, '--tls-key', keyFile];
    const ran = await Promise.all([1, 2].map((index) => runJoin(url, ...named(index), ...tls)));
    for (const { code, text } of ran) {
      assert.equal(code, 0, text);
      assert.match(text, /2 of 2 members are here/);
    }
    const bare = await runJoin(url, ...named(3), ...tls.slice(0, 4), '--timeout', '2s');
    assert.equal(bare.code, 8, bare.text);
    assert.match(bare.text, /cannot be reached: tlsv13 alert certificate required; asking again/);
    const distrusting = await runJoin(url, ...named(3), ...tls.slice(0, 2), '--timeout', '2s');
    assert.equal(distrusting.code, 8, distrusting.text);
    assert.match(distrusting.text, /unable to verify the first certificate/);
  });
}

test('files of TLS that cannot be used are told at start, with what to do', async () => {
  await using dir = await createTempDir();
  const { ca: caFile, identity: pair, server: other } = await writeFiles(dir.path);
  await writeFile(`${dir.path}/empty`, '');
  const certOption = ['--tls-cert', pair.certFile];
  const cases: ReadonlyArray<[string[], RegExp]> = [
    [['--tls-ca', `${dir.path}/missing`], /cannot read the file of --tls-ca ".*missing": ENOENT\. Check/],
    [['--tls-ca', pair.keyFile], /--tls-ca ".*identity\.key" holds no certificate in PEM form\. Give/],
    [['--tls-ca', `${dir.path}/empty`], /--tls-ca ".*empty" holds no certificate in PEM form/],
    [certOption, /--tls-cert cannot stand alone\. Give both --tls-cert FILE and --tls-key FILE, or none/],
    [['--tls-key', pair.keyFile], /--tls-key cannot stand alone/],
    [[...certOption, '--tls-key', caFile], /--tls-key ".*" holds no private key without a password/],
    [[...certOption, '--tls-key', other.keyFile], /--tls-key ".*" does not belong to --tls-cert ".*"/],
    [['--peer-tls-ca', caFile], /--peer-tls-ca needs --on-full proxy/],
    [['--on-full', 'proxy', '--peer-tls-cert', pair.certFile], /--peer-tls-cert cannot stand alone/],
  ];
  for (const [args, message] of cases) {
    const ran = await runJoin('https://127.0.0.1:1/T', ...named(1), ...args);
    assert.equal(ran.code, 2, ran.text);
    assert.match(ran.text, message);
    assert.doesNotMatch(ran.text, / at .*\.js/);
  }
});

for (const version of ['3.4', '3.5', '3.6', '3.7'] as const) {
  test(`the next machine becomes a proxy before a cluster of etcd ${version} that demands certificates`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    const files = await writeFiles(dir.path);
    await using muster = await startStrict(files);
    const url = await newUrl(muster, 1);
    const { certFile, keyFile } = files.identity;
    const tls = ['--tls-ca', files.ca, '--tls-cert', certFile, '--tls-key', keyFile];
    const [peerUrl, clientUrl, listen] = [
      `https://127.0.0.1:${await freePort()}`,
      `https://127.0.0.1:${await freePort()}`,
      `127.0.0.1:${await freePort()}`,
    ];
    const etcd = etcdProgram(version, 'etcd');
    await using first = await startJoin(
      ...[url, '--name', 'm1', '--peer-urls', peerUrl, ...tls, '--exec', etcd],
      ...['--data-dir', `${dir.path}/m1`, '--listen-peer-urls', peerUrl],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--cert-file', files.member.certFile, '--key-file', files.member.keyFile],
      ...['--peer-cert-file', files.member.certFile, '--peer-key-file', files.member.keyFile],
      ...['--trusted-ca-file', files.etcdCa, '--client-cert-auth'],
      ...['--peer-trusted-ca-file', files.etcdCa, '--peer-client-cert-auth'],
    );
    await poll(
      'the member',
      30_000,
      async (signal) => {
        const answer = await httpsGet(`${clientUrl}/health`, { ca: etcdCa.cert, ...member, signal });
        return answer.body.includes('true') || undefined;
      },
      first.program.ended,
    );
    const late = [url, ...named(2), ...tls, '--on-full', 'proxy', '--proxy-listen', listen];
    const strangers = await runJoin(...late, '--timeout', '3s');
    assert.equal(strangers.code, 7, strangers.text);
    assert.match(
      strangers.text,
      /no member says yet where clients reach it: 127\.0\.0\.1:\d+ cannot be reached/,
    );
    const { nameless: pair } = files;
    const peerTls = ['--peer-tls-ca', files.etcdCa, '--peer-tls-cert', pair.certFile];
    await using proxy = await startJoin(...late, ...peerTls, '--peer-tls-key', pair.keyFile, '--exec', etcd);
    const health = await poll(
      'the proxy',
      30_000,
      async (signal) => (await fetch(`http://${listen}/health`, { signal })).text(),
      proxy.program.ended,
    );
    assert.match(health, /"health":"true"/);
  });

  test(`a proxy of etcd ${version} needs the CA alone where members demand no certificate of clients`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    const files = await writeFiles(dir.path);
    await using muster = await startMuster();
    const url = await (await fetch(`${muster.url}/new?size=1`)).text();
    const [peerUrl, clientUrl, listen] = [
      `https://127.0.0.1:${await freePort()}`,
      `https://127.0.0.1:${await freePort()}`,
      `127.0.0.1:${await freePort()}`,
    ];
    const etcd = etcdProgram(version, 'etcd');
    const { certFile, keyFile } = files.member;
    await using first = await startJoin(
      ...[url, '--name', 'm1', '--peer-urls', peerUrl, '--exec', etcd],
      ...['--data-dir', `${dir.path}/m1`, '--listen-peer-urls', peerUrl],
      ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ...['--cert-file', certFile, '--key-file', keyFile],
      ...['--peer-cert-file', certFile, '--peer-key-file', keyFile],
      ...['--peer-trusted-ca-file', files.etcdCa, '--peer-client-cert-auth'],
    );
    await first.log.waitFor(/1 of 1 members are here/, 20_000);
    const late = [url, ...named(2), '--on-full', 'proxy', '--proxy-listen', listen, '--timeout', '30s'];
    // With a common name: good for the peer URL, and not taken by etcd grpc-proxy.
    const tls = ['--tls-ca', files.etcdCa, '--tls-cert', certFile, '--tls-key', keyFile];
    const printed = await runJoin(...late, ...tls);
    assert.equal(printed.code, 0, printed.text);
    assert.match(
      printed.text,
      /takes no certificate with a common name, so the proxy does not show .*member\.crt/,
    );
    const line = printed.text.split('\n').find((text) => text.includes('grpc-proxy start')) ?? '';
    assert.ok(
      line.startsWith(`SSL_CERT_FILE=${files.etcdCa} etcd grpc-proxy start --endpoints=${clientUrl} `),
    );
    await using shell = await startProgram({
      name: 'the printed line',
      file: '/bin/sh',
      args: ['-c', line.replace(' etcd ', ` exec ${etcd} `)],
    });
    const health = await poll(
      'the proxy',
      30_000,
      async (signal) => (await fetch(`http://${listen}/health`, { signal })).text(),
      shell.ended,
    );
    assert.match(health, /"health":"true"/);
  });
}
