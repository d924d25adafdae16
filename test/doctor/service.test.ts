import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { memberId } from '../../src/registry/member-id.ts';
import { bootCluster, memberOptions, newDiscoveryUrl, tokenOf } from '../etcd/clusters.ts';
import { prepareTokens } from '../support/dated-tokens.ts';
import { startEtcdV2 } from '../support/etcd.ts';
import { startGoDiscovery } from '../support/go-discovery.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa, writePair } from '../support/test-ca.ts';
import { startDeafListener } from './deaf-listener.ts';
import { graveIds, runDoctor, runDoctorJson } from './run-doctor.ts';
import { startProxy, startServer } from './servers.ts';

const ESCAPE = String.fromCharCode(27);
const TOKEN = '0123456789abcdef0123456789abcdef';

test('a service that is not there, and a name that nobody knows', async () => {
  const refused = await runDoctorJson([`http://127.0.0.1:${await freePort()}/${TOKEN}`]);
  assert.equal(refused.code, 8);
  assert.equal(refused.document.service.failure?.kind, 'refused');
  assert.deepEqual(graveIds(refused.document), ['service-unreachable']);

  const unresolved = await runDoctorJson([`http://nowhere.invalid:8087/${TOKEN}`]);
  assert.equal(unresolved.code, 8);
  assert.deepEqual(graveIds(unresolved.document), ['service-unresolved']);
});

test('a service that takes connections and never answers is given up in time', async () => {
  const silent = createServer(() => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { code, document } = await runDoctorJson([`http://127.0.0.1:${port}/${TOKEN}`, '--timeout', '1s']);
  silent.close();
  assert.equal(code, 8);
  assert.equal(document.service.failure?.kind, 'silent');
});

test('a token that was never made, one that expired, and one that was revoked', async () => {
  await using dir = await createTempDir();
  const folder = `${dir.path}/data`;
  const [expired = ''] = await prepareTokens(folder, [-1000]);
  await using muster = await startMuster({ store: `lmdb:${folder}` });
  const unknown = await runDoctorJson([`${muster.url}/${TOKEN}`]);
  assert.equal(unknown.code, 4);
  assert.deepEqual(graveIds(unknown.document), ['unknown-token']);

  const over = await runDoctorJson([`${muster.url}/${expired}`]);
  assert.equal(over.code, 5);
  assert.deepEqual(graveIds(over.document), ['expired-token']);

  const made = await fetch(`${muster.url}/v1/tokens`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ size: 3 }),
  });
  const { url, managementSecret } = (await made.json()) as { url: string; managementSecret: string };
  await fetch(`${muster.url}/v1/tokens/${tokenOf(url)}`, {
    method: 'DELETE',
    headers: { Authorization: `Bearer ${managementSecret}` },
  });
  const revoked = await runDoctorJson([url]);
  assert.equal(revoked.code, 5);
  assert.deepEqual(graveIds(revoked.document), ['revoked-token']);
});

test('no output for people holds a whole token', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  await fetch(`${url}/1`, { method: 'PUT', body: new URLSearchParams({ value: 'n1=http://127.0.0.1:1' }) });
  for (const args of [[url, '--timeout', '1s'], [`${muster.url}/${TOKEN}`]]) {
    const { stdout } = await runDoctor(args);
    assert.doesNotMatch(stdout, /[0-9a-f]{32}/);
  }
});

test('a web page is no discovery service, and neither is TLS where there is none', async () => {
  await using page = await startServer((_, res) => {
    res.setHeader('Content-Type', 'text/html');
    res.end('<html>It works</html>');
  });
  const { code, document } = await runDoctorJson([`${page.origin}/${TOKEN}`]);
  assert.equal(code, 9);
  assert.deepEqual(graveIds(document), ['service-no-discovery']);
  assert.match(document.causes[0]?.evidence[0] ?? '', /status 200 .*text\/html: <html>It works/);

  const secure = await runDoctorJson([`${page.origin.replace('http', 'https')}/${TOKEN}`]);
  assert.equal(secure.code, 8);
  assert.equal(secure.document.service.failure?.kind, 'not-tls');
});

test('a redirect is followed as etcd follows it, and told', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  await using away = await startServer((req, res) => {
    res.writeHead(302, { Location: `${muster.url}${req.url}` }).end();
  });
  const { code, document } = await runDoctorJson([`${away.origin}/${tokenOf(url)}`]);
  assert.equal(code, 3);
  assert.deepEqual(graveIds(document), ['service-redirects']);

  await using inPlace = await startServer((_, res) => {
    res.writeHead(301, { Location: '/elsewhere' }).end();
  });
  const relative = await runDoctorJson([`${inPlace.origin}/${tokenOf(url)}`]);
  assert.equal(relative.code, 9);
  const [cause] = relative.document.causes;
  assert.equal(cause?.id, 'service-redirects');
  assert.equal(cause?.severity, 'problem');
});

test('a bare etcd with a registry of the v2 keys API is read as its members read it', {
  skip: missingPeers('etcd-3.4'),
}, async () => {
  await using dir = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${dir.path}/registry` });
  const url = `${etcd.clientUrl}/v2/keys/_etcd/registry/my-cluster`;
  const put = async (key: string, value: string): Promise<void> => {
    const response = await fetch(`${url}/${key}`, { method: 'PUT', body: new URLSearchParams({ value }) });
    assert.equal(response.status, 201);
  };
  await put('_config/size', '3');
  // One was given the URL as it is, one with a slash behind it; both go by etcd's default name.
  await put(memberId(['http://127.0.0.1:1'], url), 'default=http://127.0.0.1:1');
  await put(memberId(['http://127.0.0.1:2'], `${url}/`), 'default=http://127.0.0.1:2');
  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 11);
  assert.equal(document.token?.size, 3);
  assert.equal(document.token?.createdAt, '');
  // What the members gave is looked at as in a token of Muster.
  assert(graveIds(document).includes('duplicate-name'));
  const mismatch = document.causes.find(({ id }) => id === 'id-mismatch');
  assert.match(mismatch?.evidence.join('\n') ?? '', /the URL as it was given here\n.* slash at its end$/);
  assert.deepEqual(
    document.causes.filter(({ id }) => id === 'waiting'),
    [],
  );
});

test('the Go discovery server is read as its members read it, and the cluster of its token found healthy', {
  skip: missingPeers('etcd-3.4', 'etcd-3.5', 'etcd-discovery'),
}, async () => {
  await using dir = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${dir.path}/registry` });
  await using service = await startGoDiscovery({ etcdUrl: etcd.clientUrl });
  const url = await service.create(2);
  assert.equal((await runDoctorJson([url])).code, 3);
  await using _members = await bootCluster(memberOptions('3.5', url, dir.path, 2));
  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 0);
  assert.deepEqual(graveIds(document), ['even-size']);
  assert.equal((await runDoctorJson([`${service.url}/${TOKEN}`])).code, 4);
});

test('a service behind TLS is trusted by its CA, and etcd needs that CA among those of the system', async () => {
  await using dir = await createTempDir();
  const ca = new TestCa('discovery');
  await writeFile(`${dir.path}/ca.crt`, ca.cert);
  const { certFile, keyFile } = await writePair(ca.issue('muster', ['127.0.0.1']), `${dir.path}/muster`);
  await using muster = await startMuster({
    ca: ca.cert,
    args: ['--tls-cert', certFile, '--tls-key', keyFile],
  });
  const unknown = `${muster.url}/${TOKEN}`;
  const plain = await runDoctorJson([unknown]);
  assert.equal(plain.document.causes.find(({ id }) => id === 'service-certificate')?.severity, 'problem');
  const trusted = await runDoctorJson([unknown, '--ca', `${dir.path}/ca.crt`]);
  assert.equal(trusted.code, 4);
  assert.equal(trusted.document.causes.find(({ id }) => id === 'service-certificate')?.severity, 'warning');
  // As etcd is told of it.
  const system = await runDoctorJson([unknown], { SSL_CERT_FILE: `${dir.path}/ca.crt` });
  assert.deepEqual(graveIds(system.document), ['unknown-token']);

  const other = `${muster.url.replace('127.0.0.1', '127.0.0.2')}/${TOKEN}`;
  assert.equal((await runDoctorJson([other])).code, 8, 'it listens at one address');
});

test('a certificate for another host is a problem whatever the CA is', async () => {
  await using dir = await createTempDir();
  const ca = new TestCa('discovery');
  await writeFile(`${dir.path}/ca.crt`, ca.cert);
  const pair = ca.issue('elsewhere', ['127.0.0.99']);
  await using service = await startServer((_, res) => void res.writeHead(404).end(), pair);
  const { document } = await runDoctorJson([`${service.origin}/${TOKEN}`, '--ca', `${dir.path}/ca.crt`]);
  const cause = document.causes.find(({ id }) => id === 'service-certificate');
  assert.equal(cause?.severity, 'problem');
  assert.match(cause?.evidence.join('\n') ?? '', /for DNS:localhost, IP Address:127\.0\.0\.99/);
});

test('a service that only a proxy reaches: etcd has to be told of it', async () => {
  await using muster = await startMuster();
  await using proxy = await startProxy('discovery.invalid', muster.url);
  const url = `http://discovery.invalid:8087/${TOKEN}`;
  const { code, document } = await runDoctorJson([url], { HTTP_PROXY: proxy.origin });
  assert.equal(code, 8);
  assert.deepEqual(graveIds(document), ['discovery-proxy', 'service-unresolved']);
  assert.match(document.causes[0]?.remedy ?? '', new RegExp(`--discovery-proxy=${proxy.origin}`));

  const excluded = await runDoctorJson([url], { HTTP_PROXY: proxy.origin, NO_PROXY: '.invalid' });
  assert.deepEqual(graveIds(excluded.document), ['service-unresolved']);
});

test('a clock that is minutes off is told, with the direction', async () => {
  await using late = await startServer((_, res) => {
    res.sendDate = false;
    res.setHeader('Date', new Date(Date.now() - 10 * 60_000).toUTCString());
    res.setHeader('Content-Type', 'application/json');
    res.writeHead(404).end('{"errorCode":100,"message":"Key not found","cause":"/T","index":1}');
  });
  const { document } = await runDoctorJson([`${late.origin}/${TOKEN}`]);
  const cause = document.causes.find(({ id }) => id === 'clock-difference');
  assert.match(cause?.evidence[0] ?? '', /is 10 min behind this machine$/);
});

test('muster doctor says what it was not given, and what it cannot read', async () => {
  for (const [args, wanted] of [
    [[], /takes one discovery URL/],
    [['no-url'], /"no-url" is not a discovery URL/],
    [['http://127.0.0.1:1/T', '--timeout', 'soon'], /--timeout/],
    [['http://127.0.0.1:1/T', '--cert', 'x'], /--cert cannot stand alone/],
    [['--log', '/nowhere/etcd.log'], /the log "\/nowhere\/etcd\.log" cannot be read: ENOENT/],
  ] as const) {
    const { code, stderr } = await runDoctor(args);
    assert.match(stderr, wanted);
    assert(code === 1 || code === 2);
  }
  const help = await runDoctor(['--help']);
  assert.equal(help.code, 0);
  for (const wanted of ['waiting:', 'unknown:', 'over:', 'stale:', 'broken:']) {
    assert(help.stdout.includes(wanted), wanted);
  }
});

test('the output is plain where it is no terminal, and no line of it is wider than asked', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const { stdout } = await runDoctor([url]);
  assert.match(stdout, /^WAITING {2}0 of 3 members have registered/);
  assert(!stdout.includes(ESCAPE));
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.length > 80),
    [],
  );
});

test('a listener that does not take connections is told as what a firewall does', async () => {
  await using deaf = await startDeafListener();
  const { code, document } = await runDoctorJson([
    `http://127.0.0.1:${deaf.port}/${TOKEN}`,
    '--timeout',
    '1s',
  ]);
  assert.equal(code, 8);
  assert.equal(document.service.failure?.kind, 'filtered');
});
