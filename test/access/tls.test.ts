import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import { LIMITS } from '../../src/limits.ts';
import { bootCluster, memberOptions, v3MemberOptions } from '../etcd/clusters.ts';
import { type MemberOptions, startMember } from '../support/etcd.ts';
import { httpsGet } from '../support/https-get.ts';
import { LogLines } from '../support/log-lines.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type PairFiles, TestCa, writePair } from '../support/test-ca.ts';

const ca = new TestCa('the CA of the server');
const clientCa = new TestCa('the CA of clients');
const server = ca.issue('muster', ['127.0.0.1']);

async function startTls(dir: string, args: readonly string[] = []): Promise<Muster> {
  const { certFile, keyFile } = await writePair(server, `${dir}/server`);
  await writeFile(`${dir}/ca.crt`, ca.cert);
  await writeFile(`${dir}/client-ca.crt`, clientCa.cert);
  return startMuster({
    store: `lmdb:${dir}/muster`,
    ca: ca.cert,
    args: ['--tls-cert', certFile, '--tls-key', keyFile, ...args],
  });
}

async function newUrl(
  muster: Muster,
  size: number,
  identity: { cert?: string; key?: string } = {},
): Promise<string> {
  const { status, body } = await httpsGet(`${muster.url}/new?size=${size}`, { ca: ca.cert, ...identity });
  assert.equal(status, 200, body);
  return body;
}

/** Three members by v3 over TLS, with more flags. */
function v3Members(
  version: EtcdVersion,
  url: string,
  dir: string,
  extraArgs: string[] = [],
): MemberOptions[] {
  return v3MemberOptions(version, url, dir, 3).map((member) => ({
    ...member,
    extraArgs: ['--discovery-cacert', `${dir}/ca.crt`, ...extraArgs],
  }));
}

/** What a handshake comes to: the protocol that was chosen, false for none, or the code of its failure. */
async function handshake(muster: Muster, options: ConnectionOptions): Promise<string | false | null> {
  const socket = connect({ host: muster.address, port: muster.port, ca: ca.cert, ...options });
  try {
    await once(socket, 'secureConnect');
    return socket.alpnProtocol;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  } finally {
    socket.destroy();
  }
}

test('one port serves HTTP/1.1 and gRPC over TLS, chosen by ALPN, and without ALPN it is HTTP/1.1', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path);
  const url = await newUrl(muster, 3);
  assert.match(url, new RegExp(`^https://127\\.0\\.0\\.1:${muster.port}/[0-9a-f]{32}$`));
  assert.equal(await handshake(muster, { ALPNProtocols: ['h2'] }), 'h2');
  assert.equal(await handshake(muster, { ALPNProtocols: ['h2', 'http/1.1'] }), 'http/1.1');
  assert.equal(await handshake(muster, {}), false);
  const { status } = await httpsGet(`${url}/_config/size`, { ca: ca.cert });
  assert.equal(status, 200);
});

test('TLS below 1.2 is refused', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path);
  // The oldest versions need the client's own permission too.
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  assert.notEqual(await handshake(muster, old), false);
  assert.equal(await handshake(muster, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' }), false);
});

for (const version of ['3.6', '3.7'] as const) {
  const skip = missingPeers(`etcd-${version}`);
  test(`etcd ${version} members form a cluster by v3 over TLS`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startTls(dir.path);
    await using members = await bootCluster(v3Members(version, await newUrl(muster, 3), dir.path));
    assert.equal(members.all.length, 3);
  });

  test(`etcd ${version} members register with a client certificate, and are told without one`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startTls(dir.path, ['--tls-client-ca', `${dir.path}/client-ca.crt`]);
    const identity = clientCa.issue('a member');
    const { certFile, keyFile }: PairFiles = await writePair(identity, `${dir.path}/client`);
    const url = await newUrl(muster, 3, identity);
    const withCertificate = ['--discovery-cert', certFile, '--discovery-key', keyFile];
    {
      const [first] = v3Members(version, url, dir.path);
      assert.ok(first);
      await using bare = await startMember({ ...first, dataDir: `${dir.path}/bare` });
      await bare.waitForLine(/takes writes with a client certificate of its CA only/);
    }
    await using members = await bootCluster(v3Members(version, url, dir.path, withCertificate));
    assert.equal(members.all.length, 3);
  });
}

test('etcd 3.5 members form a cluster by v2 over TLS', { skip: missingPeers('etcd-3.5') }, async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path);
  const url = await newUrl(muster, 3);
  await using members = await bootCluster(
    memberOptions('3.5', url, dir.path, 3).map((member) => ({
      ...member,
      // v2 discovery takes the roots of the system, and these in their place.
      env: { SSL_CERT_FILE: `${dir.path}/ca.crt` },
    })),
  );
  assert.equal(members.all.length, 3);
});

test('with a client CA, whoever shows no certificate of it reads and does not write', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path, ['--tls-client-ca', `${dir.path}/client-ca.crt`]);
  const identity = clientCa.issue('an operator');
  const url = await newUrl(muster, 1, identity);
  const read = await httpsGet(url, { ca: ca.cert });
  assert.equal(read.status, 200);
  for (const stranger of [{}, ca.issue('of another CA')]) {
    const made = await httpsGet(`${muster.url}/new?size=1`, { ca: ca.cert, ...stranger });
    assert.equal(made.status, 403);
    assert.match(made.body, /client certificate/);
    const put = await httpsGet(`${url}/1?prevExist=false`, { ca: ca.cert, method: 'PUT', ...stranger });
    assert.equal(put.status, 403);
    assert.match(put.body, /client certificate/);
  }
});

test('with a client CA, the management secret of a token does not stand for a certificate', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path, ['--tls-client-ca', `${dir.path}/client-ca.crt`]);
  const identity = clientCa.issue('an operator');
  const json = { 'Content-Type': 'application/json' };
  const send = (method: string, path: string, headers: Record<string, string>, own: object, body = '') =>
    httpsGet(`${muster.url}/v1/tokens${path}`, { ca: ca.cert, method, headers, ...own }, body);
  const made = await send('POST', '', json, identity, '{"size":3}');
  assert.equal(made.status, 201, made.body);
  const { token, managementSecret } = JSON.parse(made.body) as { token: string; managementSecret: string };
  const headers = { ...json, Authorization: `Bearer ${managementSecret}` };
  const later = '{"ttlSeconds":2592000}';
  for (const stranger of [{}, ca.issue('of another CA')]) {
    for (const [method, body] of [['PATCH', later] as const, ['DELETE', ''] as const]) {
      const refused = await send(method, `/${token}`, headers, stranger, body);
      assert.equal(refused.status, 403);
      assert.match(refused.body, /client certificate/);
    }
  }
  assert.equal((await send('PATCH', `/${token}`, headers, identity, later)).status, 200);
  assert.equal((await send('DELETE', `/${token}`, headers, identity)).status, 204);
});

test('with --tls-client-auth all, no connection is served without a client certificate', async () => {
  await using dir = await createTempDir();
  const identity = clientCa.issue('an operator');
  const { certFile, keyFile } = await writePair(server, `${dir.path}/server`);
  await writeFile(`${dir.path}/client-ca.crt`, clientCa.cert);
  await using muster = await startMuster({
    ca: ca.cert,
    identity,
    args: [
      ...['--tls-cert', certFile, '--tls-key', keyFile],
      ...['--tls-client-ca', `${dir.path}/client-ca.crt`, '--tls-client-auth', 'all'],
    ],
  });
  await assert.rejects(httpsGet(`${muster.url}/health`, { ca: ca.cert }));
  assert.equal((await httpsGet(`${muster.url}/health`, { ca: ca.cert, ...identity })).status, 200);
});

test('changed TLS files are taken up, bad ones are not, and no connection is dropped', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path);
  const url = await newUrl(muster, 2);
  const before = (await httpsGet(url, { ca: ca.cert })).serverSerial;
  const parked = httpsGet(`${url}?wait=true&recursive=true`, { ca: ca.cert });
  await writeFile(`${dir.path}/server.crt`, 'no certificate');
  await muster.log.waitFor(/changed TLS files cannot be used/, 20_000);
  assert.equal((await httpsGet(url, { ca: ca.cert })).serverSerial, before);
  await writePair(ca.issue('muster again', ['127.0.0.1']), `${dir.path}/server`);
  await poll('the new certificate', 20_000, async () => {
    const { serverSerial } = await httpsGet(url, { ca: ca.cert });
    return serverSerial !== before || undefined;
  });
  const put = await httpsGet(`${url}/1?prevExist=false&value=m1%3Dhttp%3A%2F%2F127.0.0.1%3A2380`, {
    ca: ca.cert,
    method: 'PUT',
  });
  assert.equal(put.status, 201, put.body);
  assert.match((await parked).body, /"m1=http:\/\/127\.0\.0\.1:2380"/);
});

test('a stop does not wait for clients that do not end their handshake, and ends a watch as ever', async () => {
  await using dir = await createTempDir();
  await using muster = await startTls(dir.path, ['--shutdown-timeout', '1s']);
  const url = await newUrl(muster, 2);
  const order: string[] = [];
  const ends: Promise<unknown>[] = [];
  const open = async (name: string, bytes: Buffer): Promise<void> => {
    const socket = connectPlain(muster.port, muster.address);
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (bytes.length > 0) socket.write(bytes);
    ends.push(once(socket, 'close').then(() => order.push(name)));
  };
  await open('says nothing', Buffer.alloc(0));
  // The beginning of a ClientHello (RFC 8446, 5.1).
  await open('says half', Buffer.from([22, 3, 1, 2, 0, 1]));
  // Sent behind them on a connection of its own: when it is parked, the service has all three.
  const parked = httpsGet(`${url}?wait=true&recursive=true`, { ca: ca.cert });
  await poll('the watch is parked', 20_000, async () => {
    const { body } = await httpsGet(`${muster.url}/metrics`, { ca: ca.cert });
    return /^muster_watches(?:\{[^}]*\})? 1$/m.test(body) || undefined;
  });
  assert.deepEqual(order, []);
  // Far below the time that a handshake may take; only then the program is killed.
  const { code, signal } = await muster.stop(LIMITS.headersTimeoutMs - 2000);
  assert.deepEqual({ code, signal }, { code: 0, signal: null });
  assert.equal((await parked).status, 504);
  await Promise.all(ends);
  assert.deepEqual(order, ['says nothing', 'says half']);
});

test('TLS files that cannot be used are told at start, with what to do', async () => {
  await using dir = await createTempDir();
  const { certFile, keyFile } = await writePair(server, `${dir.path}/server`);
  const other = await writePair(ca.issue('another'), `${dir.path}/other`);
  await writeFile(`${dir.path}/empty.crt`, '');
  const cases: ReadonlyArray<[string[], RegExp]> = [
    [['--tls-cert', certFile], /--tls-cert cannot stand alone/],
    [['--tls-client-ca', certFile], /--tls-client-ca cannot stand alone/],
    [['--tls-cert', certFile, '--tls-key', other.keyFile], /does not belong to the TLS certificate/],
    [['--tls-cert', `${dir.path}/empty.crt`, '--tls-key', keyFile], /holds no certificate in PEM form/],
    [['--tls-cert', certFile, '--tls-key', certFile], /holds no private key/],
    [
      ['--tls-cert', certFile, '--tls-key', keyFile, '--tls-client-ca', keyFile],
      /the CA of client certificates ".*" holds no certificate in PEM form/,
    ],
    [['--tls-cert', `${dir.path}/missing`, '--tls-key', keyFile], /cannot read the TLS certificate/],
  ];
  for (const [args, message] of cases) {
    const log = new LogLines();
    await using program = await startProgram({
      name: 'muster',
      file: process.execPath,
      args: [
        `${repositoryRoot}bin/muster`,
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--store',
        'memory:',
        ...args,
      ],
      log,
    });
    await log.waitFor(message, 20_000);
    assert.notEqual((await program.exited).code, 0);
    assert.doesNotMatch(log.tail, / at .*\.js/);
  }
});
