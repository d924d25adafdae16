import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadSettings } from '../../src/server/load-settings.ts';
import { formatHostPort } from '../../src/server/setting-values.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers, peerDir } from '../support/peers.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';

const page = await readFile(`${repositoryRoot}README.md`, 'utf8');
const [start = '', demo = '', trial = '', real = ''] = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(
  ([, text]) => text,
);
/** Where the page has the service, on one machine and on many. */
const HERE = 'http://127.0.0.1:8087';
const PUBLIC = 'http://discovery.example:8087';

/** What a shell prints that runs some lines of the page, in a folder of its own. */
async function runLines(lines: string, folder: string): Promise<readonly string[]> {
  const { PATH, ...others } = cleanEnvironment();
  const env = { ...others, PATH: `${folder}/bin:${PATH}` };
  const shell = await startProgram({
    name: 'sh',
    file: '/bin/sh',
    args: ['-e', '-c', lines],
    cwd: folder,
    env,
  });
  await using _ended = shell;
  assert.equal((await shell.exited).code, 0, shell.log.tail);
  return shell.log.lines;
}

/** A program that writes down what it was called with, for those lines that need no answer of it. */
async function recordProgram(folder: string, name: string): Promise<string> {
  await mkdir(`${folder}/bin`, { recursive: true });
  const record = `${folder}/${name}.calls`;
  await writeFile(`${folder}/bin/${name}`, `#!/bin/sh\necho "$*" >> '${record}'\n`);
  await chmod(`${folder}/bin/${name}`, 0o755);
  return record;
}

test('the README says where "npm start" serves and keeps its data', async () => {
  const { scripts } = JSON.parse(await readFile(`${repositoryRoot}package.json`, 'utf8'));
  assert.equal(scripts.start, 'node bin/muster serve');
  const { listen, store } = loadSettings({ argv: [], env: {}, terminal: true });
  assert.equal(`http://${formatHostPort(listen)}`, HERE);
  assert(store.kind === 'lmdb');
  const comment = start.split('\n').find((line) => line.startsWith('npm start')) ?? '';
  assert(comment.includes(`on ${HERE}, `) && comment.endsWith(` in ${store.folder}`), comment);
});

test('the first line of the README prints a discovery URL', async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const line = /^1\. `(curl [^`]+)`/m.exec(page)?.[1] ?? '';
  const printed = await runLines(line.replace(HERE, muster.url), dir.path);
  assert.match(printed.at(-1) ?? '', new RegExp(`^${muster.url}/[0-9a-f]{32}$`));
});

test('the trial of the README starts three machines with one URL, which then answers', async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const record = await recordProgram(dir.path, 'etcd');
  for (const name of ['etcdctl', 'sleep']) await recordProgram(dir.path, name);
  const printed = await runLines(`${trial.replaceAll(HERE, muster.url)}\nwait\n`, dir.path);
  const calls = (await readFile(record, 'utf8')).trim().split('\n').sort();
  assert.deepEqual(
    calls.map((call) => /^--name (\S+)/.exec(call)?.[1]),
    ['m1', 'm2', 'm3'],
  );
  const urls = new Set(calls.map((call) => /--discovery (\S+)/.exec(call)?.[1] ?? ''));
  assert.equal(urls.size, 1);
  assert.match([...urls].join(), new RegExp(`^${muster.url}/[0-9a-f]{32}$`));
  assert.match(
    printed.join('\n'),
    /"action":"get","node":\{"key":"\/_etcd\/registry\/[0-9a-f]{32}","dir":true/,
  );
});

test('for real machines, the admin token of the README makes a token under the public URL', async () => {
  await using dir = await createTempDir();
  const [build, makeToken = '', serve = '', ask = ''] = real.trim().split('\n');
  assert.equal(build, 'npm run build');
  await runLines(makeToken, dir.path);
  const [program, command, ...args] = serve.split(' ');
  assert.deepEqual([program, command], ['bin/muster', 'serve']);
  const wanted = loadSettings({ argv: args, env: {}, terminal: true });
  assert.deepEqual([wanted.listen, wanted.create], [{ host: '0.0.0.0', port: 8087 }, 'admin']);
  // The same on the loopback address, where everybody would make tokens otherwise.
  const rest = args.slice(2).map((arg) => (arg === 'admin-token' ? `${dir.path}/admin-token` : arg));
  await using muster = await startMuster({ args: [...rest, '--create', wanted.create] });
  const printed = await runLines(ask.replace(PUBLIC, muster.url).replace('curl ', 'curl -sS '), dir.path);
  assert.match(printed.join('\n'), new RegExp(`^${PUBLIC}/[0-9a-f]{32}$`));
  assert.equal((await fetch(`${muster.url}/new?size=3`)).status, 403, 'nobody else makes tokens');
});

test('the demo of the README takes the etcd that is on the PATH, and ends by Ctrl-C', {
  skip: missingPeers('etcd-3.5'),
}, async () => {
  const [file = '', ...args] = demo.trim().split(' ');
  const { PATH } = process.env;
  const env = { ...cleanEnvironment(), PATH: `${peerDir('etcd-3.5')}:${PATH}` };
  await using shown = await startProgram({ name: file, file: `${repositoryRoot}${file}`, args, env });
  await shown.waitForLine(/Ctrl-C ends all of it/, 60_000);
  const text = shown.log.lines.join('\n');
  assert.match(text, /^3 etcds become a cluster/m);
  assert.match(text, /^etcd 3\.5\./m);
  assert.match(text, /^ {2}etcdctl member list$/m);
  shown.kill('SIGINT');
  assert.equal((await shown.exited).code, 0);
});
