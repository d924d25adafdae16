import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type BootConfig, createBootConfig, PLATFORMS } from '../../src/boot-config/boot-config.ts';
import type { LintReport } from '../../src/boot-config/lint/lint.ts';
import { LIMITS } from '../../src/limits.ts';
import { makeToken, register } from '../api/api.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { freePort } from '../support/ports.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';

const TOKEN = '6a28e078895c5ec737174db2419bb2f3';
const URL = `http://10.0.0.5:8087/${TOKEN}`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program of this repository. */
function muster(args: readonly string[], input = ''): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${repositoryRoot}bin/muster`, ...args], {
    ...{ input, env: cleanEnvironment(), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  });
  return { code: status, out: stdout, err: stderr };
}

test('muster boot-config prints the one file alone, so that it can be piped on, and the notes beside it', () => {
  const { code, out, err } = muster([
    'boot-config',
    URL,
    '--platform',
    'env',
    '--etcd',
    '3.5',
    '--size',
    '3',
  ]);
  assert.equal(code, 0, err);
  const config = createBootConfig({ discoveryUrl: URL, platform: 'env', etcdVersion: '3.5', size: 3 });
  assert.equal(out, config.files[0]?.text);
  assert.match(err, /^For etcd 3\.5\.35, by v2 discovery:\n- Replace MEMBER-NAME/);
  assert.match(err, /etcd waits until 3 machines/);
});

test('muster boot-config hands every option to the generator', () => {
  const { code, out, err } = muster([
    ...['boot-config', `https://discovery.example/${TOKEN}`, '--json', '--platform', 'butane-fcos'],
    ...['--etcd', '3.6', '--dialect', 'v3', '--token-form', 'bare', '--cloud', 'gce', '--name', 'n1'],
    ...['--peer-port', '12380', '--client-port', '12379', '--data-dir', '/data', '--size', '3'],
    ...['--service-ca', '/s/ca', '--service-cert', '/s/crt', '--service-key', '/s/key'],
    ...['--member-ca', '/m/ca', '--member-cert', '/m/crt', '--member-key', '/m/key'],
  ]);
  assert.equal(code, 0, err);
  assert.equal(err, '');
  const wanted: BootConfig = createBootConfig({
    ...{ discoveryUrl: `https://discovery.example/${TOKEN}`, platform: 'butane-fcos', etcdVersion: '3.6' },
    ...{ dialect: 'v3', tokenForm: 'bare', cloud: 'gce', name: 'n1', size: 3 },
    ...{ peerPort: 12_380, clientPort: 12_379, dataDir: '/data' },
    serviceTls: { caFile: '/s/ca', certFile: '/s/crt', keyFile: '/s/key' },
    memberTls: { caFile: '/m/ca', certFile: '/m/crt', keyFile: '/m/key' },
  });
  assert.deepEqual(JSON.parse(out), wanted);
});

test('muster boot-config --out writes every file, a script to be run, and nothing over another', async () => {
  await using dir = await createTempDir();
  const args = ['boot-config', URL, '--platform', 'late', '--out', `${dir.path}/late`];
  const first = muster(args);
  assert.equal(first.code, 0, first.err);
  assert.equal(first.out, '');
  for (const { name, text } of createBootConfig({ discoveryUrl: URL, platform: 'late' }).files) {
    const path = `${dir.path}/late/${name}`;
    assert.equal(await readFile(path, 'utf8'), text);
    assert.equal(((await stat(path)).mode & 0o100) !== 0, name === 'etcd-late', name);
    assert.match(first.err, new RegExp(`wrote ${path}\n`));
  }
  const again = muster(args);
  assert.equal(again.code, 1);
  assert.match(again.err, /etcd-late\.service exists already.*nothing is written over/);
});

test('muster boot-config prints several files under their names', () => {
  const { out } = muster(['boot-config', URL, '--platform', 'late']);
  assert.match(out, /^==> etcd-late\.service <==\n\[Unit\]\n[\s\S]+\n==> etcd-late <==\n#!\/bin\/sh\n/);
});

test('muster boot-config says what goes badly together, and what there is', () => {
  const cases: ReadonlyArray<[args: string[], message: RegExp]> = [
    [[URL, '--platform', 'clc', '--etcd', '3.7'], /no words for the v3 discovery of etcd 3\.7/],
    [[URL, '--platform', 'bsd'], /--platform "bsd" is not one of flags, env, yaml/],
    [[URL, '--etcd', 'new'], /"new" is no version of etcd/],
    [[URL, '--peer-port', 'x'], /--peer-port "x" is no port/],
    [[URL, '--member-ca', '/ca'], /--member-ca, --member-cert and --member-key come together/],
    [['http://10.0.0.5:8087'], /is not a discovery URL/],
    [[], /takes one discovery URL/],
  ];
  for (const [args, message] of cases) {
    const { code, err } = muster(['boot-config', ...args]);
    assert.equal(code, 2, err);
    assert.match(err, message);
  }
  const { out } = muster(['boot-config', '--help']);
  for (const { id } of PLATFORMS) assert.match(out.replaceAll(/\s+/g, ' '), new RegExp(`[ :]${id}[,.]`));
});

test('muster lint reads a file or the standard input, and ends with 3 where there is a problem', async () => {
  await using dir = await createTempDir();
  const text = muster(['boot-config', URL, '--platform', 'env', '--etcd', '3.5']).out;
  const file = `${dir.path}/etcd.env`;
  await writeFile(file, text);
  const good = muster(['lint', file, '--etcd', '3.5']);
  assert.deepEqual([good.code, good.out], [0, 'nothing found, for etcd 3.5\n'], good.err);
  const bad = muster(['lint', file, '--etcd', '3.7']);
  assert.equal(bad.code, 3);
  assert.ok(bad.out.startsWith(`${file}:7: problem: etcd 3.7 does not know ETCD_DISCOVERY`), bad.out);
  assert.match(bad.out, /\[v2-discovery-gone\]\n {4}Give --discovery-token/);
  assert.match(bad.out, /\n1 problem, for etcd 3\.7\n$/);
  const piped = muster(['lint', '--etcd', '3.7', '--json'], text);
  assert.equal(piped.code, 3);
  const report = JSON.parse(piped.out) as LintReport;
  assert.equal(report.discoveryUrl, URL);
  assert.deepEqual(
    report.entries.map(({ id, line }) => [id, line]),
    [['v2-discovery-gone', 7]],
  );
});

test('muster lint --strict counts warnings, and without it they pass', () => {
  const text = `ETCD_DISCOVERY=${URL}\nETCD_INITIAL_ADVERTISE_PEER_URLS=http://10.0.0.1:2380\n`;
  const lenient = muster(['lint', '-'], text);
  assert.equal(lenient.code, 0, lenient.out);
  assert.match(lenient.out, /^stdin: warning: No name is given/);
  assert.match(lenient.out, /1 warning, 1 note, without a version of etcd \(give --etcd\)\n$/);
  assert.equal(muster(['lint', '-', '--strict'], text).code, 3);
});

test('muster lint shows no control characters of a text', () => {
  const { out } = muster(
    ['lint', '-', '--etcd', '3.7'],
    '"discovery-\\u001b[31m": x\nname: n1\ndiscovery-token: x\n',
  );
  assert.match(out, /flat-discovery-keys/);
  assert(!out.includes('\u001b'));
});

test('muster lint --token-check asks the service: open, unknown, complete, revoked, another size and scheme', async () => {
  await using service = await startMuster();
  const { url, managementSecret } = await makeToken(service.url, { size: 1 });
  const lintOf = (discoveryUrl: string, ...more: string[]): Ran => {
    const text = muster(['boot-config', discoveryUrl, '--name', 'late', '--address', '10.0.0.9']).out;
    return muster(['lint', '-', '--etcd', '3.6', '--token-check', ...more], text);
  };
  assert.deepEqual(lintOf(url), { code: 0, out: 'nothing found, for etcd 3.6\n', err: '' });
  const sized = lintOf(url, '--size', '3');
  assert.equal(sized.code, 3);
  assert.match(sized.out, /for a cluster of 1, and 3 is meant.*\[size-differs\]/);
  const unknown = lintOf(`${service.url}/${TOKEN}`);
  assert.equal(unknown.code, 3);
  assert.match(unknown.out, /\[token-unknown\]/);
  const scheme = lintOf(url.replace('http:', 'https:'), '--url', url);
  assert.equal(scheme.code, 3);
  assert.match(scheme.out, /\[scheme-differs\]/);

  await register(url, 1);
  const complete = lintOf(url);
  assert.equal(complete.code, 3);
  assert.match(complete.out, /The cluster of this token is complete since .*\[token-complete\]/);

  const revoked = await makeToken(service.url, { size: 3 });
  assert.notEqual(revoked.managementSecret, managementSecret);
  const response = await fetch(`${service.url}/v1/tokens/${revoked.token}`, {
    ...{ method: 'DELETE', headers: { Authorization: `Bearer ${revoked.managementSecret}` } },
  });
  assert.equal(response.status, 204);
  const over = lintOf(revoked.url);
  assert.equal(over.code, 3);
  assert.match(over.out, /was revoked on .*\[token-revoked\]/);
});

test('muster lint --token-check says what it could not ask, after what the text itself has', async () => {
  const text = 'etcd --name default --initial-advertise-peer-urls http://10.0.0.1:2380 --discovery $URL';
  const nothing = muster(['lint', '-', '--etcd', '3.5', '--token-check'], text);
  assert.equal(nothing.code, 2);
  assert.match(nothing.out, /\[default-name\]/);
  assert.match(nothing.err, /no discovery URL in the text.*--url/s);
  const port = await freePort();
  const nobody = muster(
    ['lint', '-', '--etcd', '3.5', '--token-check', '--url', `http://127.0.0.1:${port}/${TOKEN}`],
    text,
  );
  assert.equal(nobody.code, 8, nobody.err);
  assert.match(nobody.out, /\[default-name\]/);
  assert.match(nobody.err, /unreachable/);
});

test('muster lint takes a text up to its limit, and says what it cannot read', () => {
  const line = `etcd --name n1 --initial-advertise-peer-urls http://10.0.0.1:2380 --discovery ${URL}\n`;
  const longest = line.padEnd(LIMITS.lintTextMaxBytes, '\n');
  assert.equal(muster(['lint', '-', '--etcd', '3.5'], longest).code, 0);
  const longer = muster(['lint', '-', '--etcd', '3.5'], `${longest}\n`);
  assert.equal(longer.code, 1);
  assert.match(longer.err, /longer than 1048576 bytes/);
  const missing = muster(['lint', '/nowhere/etcd.yaml']);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /cannot read \/nowhere\/etcd\.yaml/);
});
