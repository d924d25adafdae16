import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { memberOptions, newDiscoveryUrl, v3MemberOptions } from '../etcd/clusters.ts';
import { type EtcdMember, startMember, startMembers } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { follow, toolsOf } from './follow-lines.ts';
import { runCommand } from './run-muster.ts';

const VERSIONS = ['3.4', '3.5', '3.6', '3.7'] as const;

async function endOf(member: EtcdMember): Promise<void> {
  member.program.kill('SIGKILL');
  await member.program.exited;
}

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  test(`the lines of muster replace bring a lost member of etcd ${version} back`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const optionsOf = version === '3.6' || version === '3.7' ? v3MemberOptions : memberOptions;
    await using members = await startMembers(optionsOf(version, url, dir.path, 3));
    await members.waitHealthy();
    const [m1, m2, m3] = members.all;
    assert(m1 && m2 && m3);

    const early = await runCommand(['replace', url, '--name', 'm3']);
    assert.equal(early.code, 10, early.text);
    assert.match(early.text, /m3 \([0-9a-f]+\) is healthy, so there is nothing to replace/);

    await endOf(m3);
    rmSync(m3.dataDir, { recursive: true });
    // On another machine now.
    const peerPort = await freePort('127.0.0.14');
    const peerUrls = ['--peer-urls', `http://127.0.0.14:${peerPort}`];
    const printed = await runCommand(['replace', url, '--name', 'm3', ...peerUrls]);
    assert.equal(printed.code, 0, printed.text);
    assert.match(printed.text, /As seen from here, m1 and m2 answer, m3 \([0-9a-f]+\) does not\./);
    const { env, startedWith } = toolsOf(version, dir.path);
    await follow(printed.text, env);

    // Whoever asks half way is told what is left to do.
    const half = await runCommand(['replace', url, '--name', 'm3', ...peerUrls, '--json']);
    assert.equal(half.code, 0, half.text);
    const { commands, initialCluster } = JSON.parse(half.text);
    assert.deepEqual(commands, []);
    assert.ok(startedWith().includes(`--initial-cluster=${initialCluster}`));

    await using back = await startMember({
      ...{ version, name: 'm3', dataDir: m3.dataDir, address: '127.0.0.14', peerPort },
      extraArgs: startedWith(),
    });
    await back.waitHealthy();
    await members.all[0]?.waitHealthy();
    const named = await poll('three members that have started', 30_000, async () => {
      const list = await m1.memberList();
      return list.every(({ name }) => name !== '') ? list : undefined;
    });
    assert.deepEqual(
      named.map(({ name, peerUrls: [peerUrl] }) => [name, peerUrl]),
      [
        ['m1', m1.peerUrl],
        ['m2', m2.peerUrl],
        ['m3', back.peerUrl],
      ],
    );
    // By name only living ones count: the token still has the old address.
    const healthy = await runCommand(['replace', url, '--name', 'm3']);
    assert.equal(healthy.code, 10, healthy.text);
  });
}

test('muster replace does without the token, and says when too few members answer', {
  skip: missingPeers('etcd-3.5'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  await using members = await startMembers(memberOptions('3.5', url, dir.path, 3));
  await members.waitHealthy();
  const [m1, m2, m3] = members.all;
  assert(m1 && m2 && m3);
  await endOf(m3);
  const [lost] = (await m1.memberList()).filter(({ name }) => name === 'm3');
  assert(lost);

  const byId = await runCommand([
    'replace',
    '--endpoints',
    m1.clientUrl,
    '--name',
    lost.id,
    '--format',
    'env',
  ]);
  assert.equal(byId.code, 0, byId.text);
  assert.match(byId.text, new RegExp(`member remove ${lost.id}\n`));
  assert.match(
    byId.text,
    new RegExp(`^ETCD_INITIAL_CLUSTER=m1=${m1.peerUrl},m2=${m2.peerUrl},m3=${m3.peerUrl}$`, 'm'),
  );
  assert.match(byId.text, /^ETCD_INITIAL_CLUSTER_STATE=existing$/m);
  assert.ok(!byId.text.includes('\u001b'), 'no colours where it goes to no terminal');

  const more = await runCommand(['replace', url, '--name', 'm4', '--peer-urls', 'http://127.0.0.15:2380']);
  assert.equal(more.code, 11, more.text);
  assert.match(more.text, /with m4, 3 of 4 members must answer, and 2 do/);
  const unclear = await runCommand(['replace', url, '--name', 'm4']);
  assert.equal(unclear.code, 2, unclear.text);

  await endOf(m2);
  const noMajority = await runCommand(['replace', url, '--name', 'm3']);
  assert.equal(noMajority.code, 11, noMajority.text);
  assert.match(noMajority.text, /1 of 3 members answer, and 2 must/);
  await endOf(m1);
  const nobody = await runCommand(['replace', url, '--name', 'm3']);
  assert.equal(nobody.code, 8, nobody.text);
  assert.match(nobody.text, /no member of the cluster answers: .* cannot be reached/);
});

test('muster replace refuses to guess where the addresses of a token belong to two clusters', {
  skip: missingPeers('etcd-3.5'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const ports = [await freePort('127.0.0.11'), await freePort('127.0.0.12')];
  const url = await newDiscoveryUrl(muster.url, 2);
  for (const [at, peerPort] of ports.entries()) {
    const peerUrl = `http://127.0.0.1${at + 1}:${peerPort}`;
    const joined = runCommand(['join', url, '--name', `m${at + 1}`, '--peer-urls', peerUrl]);
    if (at === 1) assert.equal((await joined).code, 0);
  }
  await using members = await startMembers(
    ports.map((peerPort, at) => ({
      ...({ version: '3.5', name: `m${at + 1}`, dataDir: `${dir.path}/m${at + 1}`, peerPort } as const),
      address: `127.0.0.1${at + 1}`,
    })),
  );
  await members.waitHealthy();
  const ran = await runCommand(['replace', url, '--name', 'm1']);
  assert.equal(ran.code, 9, ran.text);
  assert.match(ran.text, /refused: those who answer belong to 2 clusters/);
});

test('muster replace says what is wrong with its command line, and with the token', async () => {
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const cases: ReadonlyArray<[string[], number, RegExp]> = [
    [['--name', 'm1'], 2, /takes one discovery URL/],
    [[url], 2, /needs --name/],
    [[url, '--name', 'a=b'], 2, /needs --name/],
    [
      [url, '--name', 'm1', '--peer-urls', '10.0.0.1'],
      2,
      /--peer-urls "10\.0\.0\.1" is not http:\/\/HOST:PORT/,
    ],
    [['--endpoints', 'x', '--name', 'm1'], 2, /--endpoints "x" is not/],
    [[`${muster.url}/${'0'.repeat(32)}`, '--name', 'm1'], 4, /muster: unknown: /],
    [[url, '--name', 'm1'], 8, /nobody has registered/],
  ];
  for (const [args, code, message] of cases) {
    const ran = await runCommand(['replace', ...args]);
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.text}`);
    assert.match(ran.text, message);
    assert.doesNotMatch(ran.text, / at .*\.js/);
  }
});

test('muster replace asks a cluster that has users on its peer URLs', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using only = await startMember({ version: '3.6', name: 'm1', dataDir: `${dir.path}/m1` });
  await only.waitHealthy();
  const { env } = toolsOf('3.6', dir.path);
  for (const words of ['user add root:secret', 'user grant-role root root', 'auth enable'])
    await follow(`etcdctl --endpoints=${only.clientUrl} ${words}`, env);
  const asStranger = await runCommand(['replace', '--endpoints', only.clientUrl, '--name', 'm1']);
  assert.equal(asStranger.code, 8, asStranger.text);
  assert.match(
    asStranger.text,
    /answers 400: etcdserver: user name is empty\. .*peer URLs where the cluster has users/,
  );
  const asPeer = await runCommand(['replace', '--endpoints', only.peerUrl, '--name', 'm1']);
  assert.equal(asPeer.code, 10, asPeer.text);
  const twice = ['--name', 'm2', '--peer-urls', 'http://127.0.0.1:2380'];
  const more = await runCommand(['replace', '--endpoints', only.peerUrl, ...twice]);
  assert.equal(more.code, 0, more.text);
  assert.ok(more.text.includes(`--endpoints=${only.clientUrl} member add m2`), more.text);
});
