import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { DiscoveredMember } from 'muster/client';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { bootCluster, memberOptions, newDiscoveryUrl, v3MemberOptions } from '../etcd/clusters.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Joining, runJoin, startJoin } from './run-join.ts';

/** What `--format json` prints. */
interface PrintedCluster {
  readonly name: string;
  readonly memberId: string;
  readonly peerUrls: readonly string[];
  readonly size: number;
  readonly members: readonly DiscoveredMember[];
  readonly initialCluster: string;
  readonly initialClusterState: string;
  readonly clusterToken: string;
}

const member = (index: number, host = `10.0.0.${index}`): string[] => [
  ...['--name', `m${index}`, '--peer-urls', `http://${host}:2380`],
];

for (const dialect of ['v2', 'v3'] as const) {
  test(`three machines with muster join by ${dialect} print one and the same cluster`, async () => {
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const ran = await Promise.all(
      [1, 2, 3].map((index) => runJoin(url, ...member(index), '--dialect', dialect)),
    );
    const clusters = ran.map(({ code, text }) => {
      assert.equal(code, 0, text);
      assert.match(text, /3 of 3 members are here/);
      assert.match(text, /ETCD_INITIAL_CLUSTER_STATE=new/);
      return /ETCD_INITIAL_CLUSTER=(\S+)/.exec(text)?.[1];
    });
    assert.equal(new Set(clusters).size, 1);
    for (const index of [1, 2, 3])
      assert.match(clusters[0] ?? '', new RegExp(`m${index}=http://10.0.0.${index}:2380`));
  });
}

test('a cluster of real etcd starts through --exec', { skip: missingPeers('etcd-3.7') }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const started: Joining[] = [];
  await using _all = {
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((joining) => joining[Symbol.asyncDispose]()));
    },
  };
  const healthUrls: string[] = [];
  for (const index of [1, 2, 3]) {
    const address = `127.0.0.${20 + index}`;
    const [peer, client] = [await freePort(address), await freePort(address)];
    const [peerUrl, clientUrl] = [`http://${address}:${peer}`, `http://${address}:${client}`];
    healthUrls.push(`${clientUrl}/health`);
    started.push(
      await startJoin(
        ...[url, '--name', `m${index}`, '--peer-urls', peerUrl, '--exec', etcdProgram('3.7', 'etcd')],
        ...['--data-dir', `${dir.path}/m${index}`, '--listen-peer-urls', peerUrl],
        ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
      ),
    );
  }
  for (const healthUrl of healthUrls) {
    await poll('a healthy member', 60_000, async (signal) => {
      const response = await fetch(healthUrl, { signal });
      return (await response.text()).includes('"health":"true"') || undefined;
    });
  }
});

test('muster join ends with a code of its own for each end, and says what to do', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 1);
  assert.equal((await runJoin(url, ...member(1))).code, 0);
  const waiting = await newDiscoveryUrl(muster.url, 2);
  assert.equal((await runJoin(waiting, ...member(1), '--timeout', '1s')).code, 7);
  const cases: ReadonlyArray<[string[], number, RegExp]> = [
    [[url, ...member(2)], 3, /muster: full: /],
    [[`${muster.url}/${'0'.repeat(32)}`, ...member(1)], 4, /muster: unknown: /],
    [[await newDiscoveryUrl(muster.url, 2), ...member(1), '--timeout', '1s'], 7, /muster: timed-out: /],
    [[await newDiscoveryUrl(muster.url, 2), ...member(1, '0.0.0.0')], 9, /muster: refused: /],
    [[waiting, '--name', 'm1', '--peer-urls', 'http://10.0.0.9:2380'], 6, /muster: duplicate: /],
    [[waiting, '--name', 'm9', '--peer-urls', 'http://10.0.0.1:2380'], 6, /muster: duplicate: /],
    [[], 2, /takes one discovery URL/],
    [[url], 2, /needs --name and --peer-urls/],
    [['token', ...member(1)], 2, /is not a discovery URL/],
    [[url, ...member(1), '--format', 'xml'], 2, /--format "xml" is not one of env, flags, yaml, json/],
    [[url, ...member(1), '--timeout', 'soon'], 2, /--timeout "soon" is not a duration/],
    [[url, ...member(1), '--colour'], 2, /unknown option "--colour"/],
    [[url, ...member(1), '--exec'], 2, /--exec needs a command/],
  ];
  for (const [args, code, message] of cases) {
    const ran = await runJoin(...args);
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.text}`);
    assert.match(ran.text, message);
    assert.doesNotMatch(ran.text, / at .*\.js/);
  }
});

for (const dialect of ['v2', 'v3'] as const) {
  test(`muster join by ${dialect} ends with 5 where the life of the token is over`, async () => {
    await using dir = await createTempDir();
    // Made an hour ago, to live for a minute: the service that runs now has only found it.
    const clock = new FakeClock(Date.now() - 3_600_000);
    const store = await openLmdbStore({ folder: dir.path, clock });
    const token = '7e7c63d11e3a4274b61db412494faacb';
    const policy = { guard: true };
    const parts = { store, clock, createToken: () => token, policy, registrants: new Registrants() };
    await new Registry(parts).create({ size: 3, ttlSeconds: 60 });
    await store.close();
    await using muster = await startMuster({ store: `lmdb:${dir.path}` });
    const ran = await runJoin(`${muster.url}/${token}`, ...member(1), '--dialect', dialect);
    assert.equal(ran.code, 5, ran.text);
    assert.match(ran.text, /muster: expired: this token expired on /);
  });
}

test('muster join that waits ends by a signal, with its code', async () => {
  await using muster = await startMuster();
  await using joining = await startJoin(await newDiscoveryUrl(muster.url, 2), ...member(1));
  await joining.log.waitFor(/1 of 2 members are here: m1; waiting for 1 more/, 20_000);
  joining.program.kill('SIGINT');
  assert.equal((await joining.program.exited).code, 130);
});

for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const) {
  test(`muster join passes ${signal} on to the command that it started, and ends as that does`, async () => {
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 1);
    const script = `process.on('${signal}', () => process.exit(42)); setInterval(() => {}, 1000); console.log('ready');`;
    await using joining = await startJoin(url, ...member(1), '--exec', process.execPath, '-e', script);
    await joining.log.waitFor(/^ready$/, 20_000);
    joining.program.kill(signal);
    assert.equal((await joining.program.exited).code, 42);
  });
}

test('muster join says that a command is not there', async () => {
  await using muster = await startMuster();
  const ran = await runJoin(await newDiscoveryUrl(muster.url, 1), ...member(1), '--exec', 'no-such-program');
  assert.equal(ran.code, 127, ran.text);
  assert.match(ran.text, /cannot start "no-such-program"/);
});

test('muster join shows its help wherever it is asked for', async () => {
  const ran = await runJoin('http://127.0.0.1:1/x', '--help');
  assert.equal(ran.code, 0);
  assert.match(ran.text, /129, 130, 131, 143/);
});

test('muster join prints flags, YAML and JSON too', async () => {
  await using muster = await startMuster();
  for (const [format, wanted] of [
    ['flags', /--name=m1 --initial-advertise-peer-urls=http:\/\/10\.0\.0\.1:2380 --initial-cluster=m1=http/],
    ['yaml', /initial-cluster: "m1=http:\/\/10\.0\.0\.1:2380"/],
    ['json', /"initialCluster": "m1=http:\/\/10\.0\.0\.1:2380"/],
  ] as const) {
    const ran = await runJoin(await newDiscoveryUrl(muster.url, 1), ...member(1), '--format', format);
    assert.equal(ran.code, 0, ran.text);
    assert.match(ran.text, wanted);
  }
});

test('the JSON of muster join is the one on the client page', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 2);
  const ran = await Promise.all([1, 2].map((index) => runJoin(url, ...member(index), '--format', 'json')));
  const page = readFileSync(`${repositoryRoot}docs/client.md`, 'utf8');
  const example = JSON.parse(/^```json\n(.*?)^```/ms.exec(page)?.[1] ?? '') as PrintedCluster;
  for (const [index, { text }] of ran.entries()) {
    const printed = JSON.parse(text.slice(text.indexOf('{'))) as PrintedCluster;
    assert.deepEqual(Object.keys(printed), Object.keys(example));
    assert.deepEqual(Object.keys(printed.members[0] ?? {}), Object.keys(example.members[0] ?? {}));
    const own = { name: `m${index + 1}`, peerUrls: [`http://10.0.0.${index + 1}:2380`] };
    const { name, memberId, peerUrls, size, members, initialClusterState, clusterToken } = printed;
    assert.deepEqual({ name, peerUrls }, own);
    assert.deepEqual(
      members.find((one) => one.name === name),
      { memberId, ...own },
    );
    assert.deepEqual(
      { size, initialClusterState, clusterToken },
      { size: 2, initialClusterState: 'new', clusterToken: url },
    );
    assert.equal(
      printed.initialCluster,
      members.map((one) => `${one.name}=${one.peerUrls.join()}`).join(','),
    );
  }
});

for (const version of ['3.4', '3.6', '3.7'] as const) {
  test(`the next machine becomes a proxy before a full cluster of etcd ${version}`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 1);
    const options =
      version === '3.4'
        ? memberOptions(version, url, dir.path, 1)
        : v3MemberOptions(version, url, dir.path, 1);
    await using members = await bootCluster(options);
    const clientUrl = members.all[0]?.clientUrl ?? '';
    const listen = `127.0.0.1:${await freePort('127.0.0.1')}`;
    const full = [url, ...member(2, '127.0.0.1'), '--on-full', 'proxy', '--proxy-listen', listen];
    const printed = await runJoin(...full);
    assert.equal(printed.code, 0, printed.text);
    assert.ok(
      printed.text.includes(`etcd grpc-proxy start --endpoints=${clientUrl} --listen-addr=${listen}`),
      printed.text,
    );
    const etcd = etcdProgram(version, 'etcd');
    const exec = ['--exec', 'env', 'A=/var/lib/etcd', etcd, '--data-dir', `${dir.path}/unused`];
    await using proxy = await startJoin(...full, ...exec);
    const health = await poll(
      'the proxy',
      30_000,
      async (signal) => (await fetch(`http://${listen}/health`, { signal })).text(),
      proxy.program.ended,
    );
    assert.match(health, /"health":"true"/);
  });
}

test('a full cluster whose members do not answer is told when the time is over', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 1);
  const closed = `http://127.0.0.1:${await freePort('127.0.0.1')}`;
  assert.equal((await runJoin(url, '--name', 'm1', '--peer-urls', closed)).code, 0);
  const ran = await runJoin(url, ...member(2, '127.0.0.1'), '--on-full', 'proxy', '--timeout', '3s');
  assert.equal(ran.code, 7, ran.text);
  assert.ok(ran.text.includes(closed), ran.text);
});

/** Something on a peer port that is no etcd. */
async function startPeer(serve: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dispose = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: dispose,
  };
}

test('what a peer answers gets into the line of a proxy only where it is the URL of a client', async () => {
  const clientURLs = [
    'http://a:1/\ntouch pwned\n',
    'http://b:2/;touch pwned',
    'http://c:3,http://d:4',
    'file:///etc/passwd',
    7,
    'http://10.0.0.1:2379',
    'http://[fd00::1]:2379',
  ];
  await using peer = await startPeer((_req, res) => res.end(JSON.stringify([{ id: 7, clientURLs }])));
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 1);
  assert.equal((await runJoin(url, '--name', 'm1', '--peer-urls', peer.url)).code, 0);
  const ran = await runJoin(url, ...member(2, '127.0.0.1'), '--on-full', 'proxy');
  assert.equal(ran.code, 0, ran.text);
  assert.match(
    ran.text,
    /etcd grpc-proxy start '--endpoints=http:\/\/10\.0\.0\.1:2379,http:\/\/\[fd00::1\]:2379' --listen-addr/,
  );
  assert.doesNotMatch(ran.text, /pwned|passwd/);
  const json = await runJoin(url, ...member(2, '127.0.0.1'), '--on-full', 'proxy', '--format', 'json');
  const { proxy } = JSON.parse(json.text) as { proxy: { command: string[]; variables: object } };
  assert.deepEqual(proxy.command.slice(0, 4), [
    ...['etcd', 'grpc-proxy', 'start'],
    '--endpoints=http://10.0.0.1:2379,http://[fd00::1]:2379',
  ]);
  assert.deepEqual(proxy.variables, {});
});

test('muster join that was told to end starts no proxy, though a member has answered', async () => {
  let wasAsked: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  await using ready = await startPeer((_req, res) =>
    res.end(JSON.stringify([{ id: 7, clientURLs: ['http://10.0.0.1:2379'] }])),
  );
  await using silent = await startPeer(() => wasAsked());
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 1);
  const peerUrls = `${ready.url},${silent.url}`;
  assert.equal((await runJoin(url, '--name', 'm1', '--peer-urls', peerUrls)).code, 0);
  await using joining = await startJoin(url, ...member(2, '127.0.0.1'), '--on-full', 'proxy');
  await asked;
  joining.program.kill('SIGTERM');
  assert.equal((await joining.program.exited).code, 143);
  assert.doesNotMatch(joining.log.tail, /grpc-proxy/);
});
