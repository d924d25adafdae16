import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { TokenReport } from '../../src/registry/token-report.ts';
import { bootCluster, memberOptions } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { LogLines } from '../support/log-lines.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { makeToken, register } from './api.ts';

const limits = { timeout: 120_000 };
const WAIT_MS = 60_000;

interface Running {
  readonly program: Program;
  readonly log: LogLines;
}

async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const log = new LogLines();
  const program = await startProgram({
    name: `muster ${args[0]}`,
    file: process.execPath,
    args: [`${repositoryRoot}bin/muster`, ...args],
    env: { ...cleanEnvironment(), ...env },
    log,
  });
  return { program, log };
}

async function run(...args: string[]): Promise<{ code: number | null; text: string }> {
  const { program, log } = await start(args);
  const { code } = await program.exited;
  return { code, text: log.tail };
}

test('muster new prints lines to paste, a URL for a script, or JSON', limits, async () => {
  await using muster = await startMuster();
  const { code, text } = await run('new', muster.url, '--size', '5', '--ttl', '1d');
  assert.equal(code, 0, text);
  assert.match(text, / --discovery http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\n/);
  assert.match(text, / --discovery-token http:\S+\/[0-9a-f]{32} \\\n +--discovery-endpoints http:\/\/127/);
  assert.match(text, /Management secret +\S{32} /);
  assert.match(text, /5 members, until/);
  const url = await run('new', muster.url, '--format', 'url');
  assert.match(url.text, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\n?$/);
  const json = JSON.parse((await run('new', muster.url, '--format', 'json')).text) as { size: number };
  assert.equal(json.size, 3);
  assert.deepEqual(
    [
      (await run('new', muster.url, '--size', '0')).code,
      (await run('new', 'nonsense')).code,
      (await run('new', muster.url, '--format', 'xml')).code,
    ],
    [2, 2, 2].map((wanted, index) => (index === 0 ? 1 : wanted)),
  );
});

test('muster status tells of an open, a complete, a revoked and an unknown token', limits, async () => {
  await using muster = await startMuster();
  await using dir = await createTempDir();
  const { url, managementSecret } = await makeToken(muster.url, { size: 2 });
  await register(url, 1);
  const open = await run('status', url);
  assert.equal(open.code, 0, open.text);
  assert.match(open.text, /open: 1 of 2 members is here/);
  assert.match(open.text, /1 +n1 .* v2 +http:\/\/10\.0\.0\.1:2380\n +2 +- +not yet/);
  assert.match(open.text, /\[waiting\]/);
  await register(url, 2);
  const complete = await run('status', url, '--json');
  const report = JSON.parse(complete.text) as TokenReport;
  assert.deepEqual([complete.code, report.state, report.members.length], [0, 'complete', 2]);
  const secretFile = `${dir.path}/secret`;
  writeFileSync(secretFile, `${managementSecret}\n`);
  const extended = await run('extend', url, '--ttl', '30d', '--secret-file', secretFile);
  assert.match(extended.text, /^The token lives until \S+Z\./);
  assert.match((await run('extend', url, '--ttl', '30d')).text, /takes the management secret/);
  assert.equal((await run('revoke', url, '--secret-file', secretFile)).code, 0);
  const revoked = await run('status', url);
  assert.equal(revoked.code, 5);
  assert.match(revoked.text, /revoked: 2 of 2 .*\[revoked-token\]/s);
  const again = await run('revoke', url, '--secret-file', secretFile);
  assert.equal(again.code, 5);
  assert.match(again.text, /expired: this token was revoked on/);
  assert.equal((await run('status', `${muster.url}/${'0'.repeat(32)}`)).code, 4);
  assert.equal((await run('status', `${muster.url}/short`)).code, 2);
});

test('what a member registered cannot write to the terminal of who looks', limits, async () => {
  await using muster = await startMuster();
  const { url } = await makeToken(muster.url, { size: 2 });
  await register(url, 1, { value: 'n1\u001b[2J=http://10.0.0.1:2380' });
  const { text } = await run('status', url);
  assert(!text.includes('\u001b'), JSON.stringify(text));
});

test('muster status --watch sees real members come, and ends when all are there', {
  ...limits,
  skip: missingPeers('etcd-3.5'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const { url } = await makeToken(muster.url);
  const { program, log } = await start(['status', url, '--watch']);
  await log.waitFor(/open: 0 of 3 members are here/, WAIT_MS);
  await using _cluster = await bootCluster(memberOptions('3.5', url, dir.path, 3));
  const { code } = await program.exited;
  assert.equal(code, 0, log.tail);
  for (const n of [1, 2, 3]) assert.match(log.tail, new RegExp(`m${n} registered http://127`));
  assert.match(log.tail, /complete: 3 of 3 members are here/);
});

test(
  'muster status --watch sees the service come back, and ends with the token or by a signal',
  limits,
  async () => {
    await using dir = await createTempDir();
    await using muster: Muster = await startMuster({ store: `lmdb:${dir.path}/data` });
    const { url, managementSecret } = await makeToken(muster.url);
    const watching = await start(['status', url, '--watch']);
    const interrupted = await start(['status', url, '--watch']);
    await watching.log.waitFor(/0 of 3 members/, WAIT_MS);
    await interrupted.log.waitFor(/0 of 3 members/, WAIT_MS);
    interrupted.program.kill('SIGINT');
    assert.equal((await interrupted.program.exited).code, 130);
    await muster.kill9();
    await watching.log.waitFor(/asking again/, WAIT_MS);
    await muster.restart();
    await register(url, 1);
    await watching.log.waitFor(/n1 registered http:\/\/10\.0\.0\.1:2380 from 127\.0\.0\.1/, WAIT_MS);
    const revoked = await start(['revoke', url], { MUSTER_MANAGEMENT_SECRET: managementSecret });
    assert.equal((await revoked.program.exited).code, 0);
    assert.equal((await watching.program.exited).code, 5);
  },
);

test('muster status --watch ends when nobody reads it any more', limits, async () => {
  await using muster = await startMuster();
  const { url } = await makeToken(muster.url);
  const watching = spawn(
    process.execPath,
    [`${repositoryRoot}bin/muster`, 'status', url, '--watch', '--json'],
    { env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(watching.stdout, 'data');
  watching.stdout.destroy();
  const exited = once(watching, 'exit');
  await register(url, 1);
  assert.deepEqual(await exited, [0, null]);
});
