import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, etcdProgram, missingPeers } from '../support/peers.ts';
import type { Program } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { runCommand, startCommand } from './run-muster.ts';

const FORMING_MS = 90_000;

/** Whether somebody listens there. */
function isServed(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const textOf = (program: Program): string => program.log.lines.join('\n');

/** Every place that the output of a demo names. */
function placesIn(text: string): string[] {
  return [...new Set(text.match(/http:\/\/127\.0\.0\.\d+:\d+/g) ?? [])];
}

/** How many processes have this folder in their command line, as every etcd of a demo has its own. */
function processesOn(folder: string): number {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' });
  return all.split('\n').filter((args) => args.includes(folder)).length;
}

/** Ports say nothing: another demo may have them by now. */
function assertNothingLeft(tmp: string): void {
  assert.equal(processesOn(tmp), 0);
  assert.deepEqual(readdirSync(tmp), []);
}

const WAYS: ReadonlyArray<readonly [EtcdVersion, 'v2' | 'v3']> = [
  ['3.4', 'v2'],
  ['3.5', 'v2'],
  ['3.6', 'v2'],
  ['3.6', 'v3'],
  ['3.7', 'v3'],
];

for (const [version, dialect] of WAYS) {
  const skip = missingPeers(`etcd-${version}`);
  test(`muster demo tells how etcd ${version} forms a cluster by ${dialect}, and leaves nothing`, {
    skip,
  }, async () => {
    await using tmp = await createTempDir();
    const etcd = etcdProgram(version, 'etcd');
    const args = ['demo', '--etcd', etcd, '--dialect', dialect, '--pause', '0'];
    await using demo = await startCommand(args, { TMPDIR: tmp.path });
    await demo.waitForLine(/Ctrl-C ends all of it/, FORMING_MS);
    const text = textOf(demo).replaceAll(/\n {10}/g, ' ');
    const order = [
      /m\d starts, on 127/,
      /m\d registers http:\S+ It is the first: 1 of 3\./,
      /m\d registers .*: 2 of 3\./,
      /m\d registers .*: 3 of 3, and the list is complete\./,
      /have the whole list now/,
      /m\d asks the others for their votes/,
      /m\d votes for m\d/,
      /m\d is elected: it leads in term \d/,
      /The cluster is up and takes writes: m\d leads; m\d and m\d follow\./,
    ].map((pattern) => text.search(pattern));
    assert.deepEqual(
      order,
      order.filter((at) => at >= 0).sort((a, b) => a - b),
      text,
    );
    assert.equal(text.match(/m\d follows m\d/g)?.length, 2, text);

    const places = placesIn(text);
    assert.equal(places.length, 7, 'three times two URLs, and that of the service');
    assert.deepEqual(
      await Promise.all(places.map(isServed)),
      places.map(() => true),
    );
    const [, endpoints = ''] = /ETCDCTL_ENDPOINTS=(\S+)/.exec(text) ?? [];
    const answer = await fetch(`${endpoints.split(',')[0]}/v3/maintenance/status`, {
      method: 'POST',
      body: '{}',
    });
    const { version: told, leader } = (await answer.json()) as { version: string; leader: string };
    assert.match(told, new RegExp(`^${version.replace('.', '\\.')}\\.`));
    const [, url = ''] = /^ {2}(http:\S+)$/m.exec(text) ?? [];
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/, 'what a browser opens is a page');
    await page.text();
    const leaderId = BigInt(leader).toString(16);
    const list = (await (await fetch(url)).json()) as { node: { nodes: { key: string; value: string }[] } };
    const leading = list.node.nodes.find(({ key }) => key.endsWith(leaderId))?.value.split('=')[0];
    assert.match(text, new RegExp(`takes writes: ${leading} leads`), 'the leader is the one that etcd names');

    assert.equal(processesOn(tmp.path), 3);
    demo.kill('SIGINT');
    assert.deepEqual(await demo.exited, { code: 0, signal: null }, textOf(demo));
    assertNothingLeft(tmp.path);
  });
}

const skip = missingPeers('etcd-3.5');

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`muster demo that ${signal} ends before its cluster has formed leaves nothing`, { skip }, async () => {
    await using tmp = await createTempDir();
    const args = ['demo', '--etcd', etcdProgram('3.5', 'etcd'), '--pause', '1m'];
    await using demo = await startCommand(args, { TMPDIR: tmp.path });
    await demo.waitForLine(/m1 has read the list, and waits for 2 more/, FORMING_MS);
    assert.equal(processesOn(tmp.path), 1);
    demo.kill(signal);
    assert.equal((await demo.exited).code, code);
    assertNothingLeft(tmp.path);
  });
}

test('muster demo shows the last lines of an etcd that ends too early, and leaves nothing', {
  skip,
}, async () => {
  await using tmp = await createTempDir();
  await using bin = await createTempDir();
  const etcd = join(bin.path, 'etcd');
  const real = etcdProgram('3.5', 'etcd');
  const script = `#!/bin/sh\ncase "$*" in *m2*) exec '${real}' --no-such-flag;; *) exec '${real}' "$@";; esac\n`;
  writeFileSync(etcd, script, { mode: 0o755 });
  const { code, text } = await runCommand(['demo', '--etcd', etcd, '--pause', '0'], { TMPDIR: tmp.path });
  assert.equal(code, 1, text);
  assert.match(text, /muster: m2 ended before the cluster was there \(status 2\)/);
  assert.match(text, /flag provided but not defined: -no-such-flag/);
  assert.doesNotMatch(text, / at .*\.js/);
  assertNothingLeft(tmp.path);
});

test('muster demo starts a member again whose port was taken from under it', { skip }, async () => {
  await using tmp = await createTempDir();
  await using bin = await createTempDir();
  await using muster = await startMuster();
  const etcd = join(bin.path, 'etcd');
  const real = etcdProgram('3.5', 'etcd');
  // The first time, m2 listens where somebody else does.
  const taken = `[ -e '${bin.path}/once' ] || { touch '${bin.path}/once'; set -- "$@" --listen-client-urls ${muster.url}; }`;
  const script = `#!/bin/sh\ncase "$*" in *--name\\ m2*) ${taken};; esac\nexec '${real}' "$@"\n`;
  writeFileSync(etcd, script, { mode: 0o755 });
  await using demo = await startCommand(['demo', '--etcd', etcd, '--pause', '0'], { TMPDIR: tmp.path });
  await demo.waitForLine(/Ctrl-C ends all of it/, FORMING_MS);
  assert.equal(textOf(demo).match(/m2 starts/g)?.length, 1);
  assert.ok(existsSync(`${bin.path}/once`));
  assert.equal(processesOn(tmp.path), 3);
  demo.kill('SIGINT');
  assert.equal((await demo.exited).code, 0);
  assertNothingLeft(tmp.path);
});

test('muster demo goes on when a member ends later, and says so', { skip }, async () => {
  await using tmp = await createTempDir();
  const secret = join(tmp.path, 'admin-token');
  writeFileSync(secret, 'an-admin-token-of-tests\n');
  await using muster = await startMuster({ args: ['--create', 'admin', '--admin-token-file', secret] });
  const etcd = ['--etcd', etcdProgram('3.5', 'etcd'), '--pause', '0'];
  const refused = await runCommand(['demo', ...etcd, '--server', muster.url], { TMPDIR: tmp.path });
  assert.equal(refused.code, 9, refused.text);
  const args = ['demo', ...etcd, '--server', muster.url, '--admin-token-file', secret];
  await using demo = await startCommand(args, { TMPDIR: tmp.path });
  await demo.waitForLine(/Ctrl-C ends all of it/, FORMING_MS);
  assert.ok(textOf(demo).includes(`  ${muster.url}/`), 'the token is of the service that was given');
  const [, pid = ''] = /kill -9 (\d+)/.exec(textOf(demo)) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  await demo.waitForLine(/m3 has ended \(SIGKILL\)/);
  demo.kill('SIGINT');
  assert.equal((await demo.exited).code, 0);
  assert.deepEqual(readdirSync(tmp.path), ['admin-token']);
});

test('muster demo says what keeps it from beginning', {
  skip: missingPeers('etcd-3.5', 'etcd-3.7'),
}, async () => {
  await using muster = await startMuster();
  const etcd = ['--etcd', etcdProgram('3.5', 'etcd')];
  const cases: ReadonlyArray<[string[], number, RegExp]> = [
    [['--size', '10'], 2, /--size "10" is above 9|--size "10"/],
    [['--size', '0'], 2, /--size "0"/],
    [['--pause', 'long'], 2, /--pause "long" is not a duration/],
    [['here'], 2, /unexpected argument "here"/],
    [['--server', 'nowhere'], 2, /is not the URL of a service/],
    [['--server', muster.url, '--listen', ':1'], 2, /--server and --listen exclude each other/],
    [['--admin-token-file', 'x'], 2, /--admin-token-file needs --server/],
    [['--etcd', '/nonexistent'], 1, /--etcd "\/nonexistent" is no program/],
    [[...etcd, '--dialect', 'v3'], 2, /etcd 3\.5\.\S+ does not know discovery over v3/],
    [['--etcd', etcdProgram('3.7', 'etcd'), '--dialect', 'v2'], 2, /does not know discovery over v2/],
    [[...etcd, '--listen', `127.0.0.1:${muster.port}`], 1, /cannot listen on .*another program has the port/],
    [[...etcd, '--server', 'http://127.0.0.1:1'], 8, /muster: unreachable: /],
  ];
  for (const [args, code, message] of cases) {
    await using tmp = await createTempDir();
    const ran = await runCommand(['demo', ...args], { TMPDIR: tmp.path });
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.text}`);
    assert.match(ran.text, message);
    assert.doesNotMatch(ran.text, / at .*\.js/);
    assert.deepEqual(readdirSync(tmp.path), []);
  }
});
