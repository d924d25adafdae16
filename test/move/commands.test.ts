import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { withoutRevisions } from './export-text.ts';
import { runMuster, runMusterWith } from './run-muster.ts';

/** Makes a token with two of its three members, and answers what is shown of it. */
async function fill(muster: Muster): Promise<{ token: string; text: string }> {
  const token = (await (await fetch(`${muster.url}/new?size=3`)).text()).slice(-32);
  for (const n of [2, 1]) {
    const body = new URLSearchParams({ value: `n${n}=http://10.0.0.${n}:2380` });
    await fetch(`${muster.url}/${token}/${n}`, { method: 'PUT', body });
  }
  return { token, text: await (await fetch(`${muster.url}/${token}`)).text() };
}

test('export of a running Muster is refused with what to do; its backup is exported, imported, and serves', {
  timeout: 120_000,
}, async () => {
  await using dir = await createTempDir();
  const at = (name: string): string => `lmdb:${dir.path}/${name}`;
  let shown: { token: string; text: string };
  {
    await using muster = await startMuster({ store: at('live') });
    shown = await fill(muster);
    const refused = await runMuster('export', '--store', at('live'));
    assert.equal(refused.code, 1);
    assert.equal(refused.stdout, '');
    assert.match(
      refused.stderr,
      /^muster: the data folder .*\/live is in use by another process\. Stop the Muster that runs on it, or copy its store with "muster backup DIR" and export that: --store lmdb:DIR\.\n$/,
    );
    const imported = await runMusterWith('', 'import', '--store', at('live'));
    assert.equal(imported.code, 1, 'of an input with nothing in it');
    assert.equal((await runMuster('backup', '--store', at('live'), `${dir.path}/backup`)).code, 0);
  }
  const file = `${dir.path}/tokens.ndjson`;
  const exported = await runMuster('export', '--store', at('backup'), file);
  assert.equal(exported.code, 0);
  assert.equal(exported.stdout, '');
  assert.equal(exported.stderr, `muster: exported 1 token with 6 keys from ${at('backup')} to ${file}\n`);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const text = readFileSync(file, 'utf8');
  const [header = ''] = text.split('\n');
  assert.match(
    header,
    /^\{"format":"muster-export","version":1,"exportedAt":"20\d\d-\d\d-\d\dT[\d:.]+Z","store":"lmdb","clusterId":"[0-9a-f]{16}","revision":4\}$/,
  );
  // The live one, which is stopped now, has the same; also on the standard output.
  const live = await runMuster('export', '--store', at('live'), '-');
  assert.deepEqual(withoutRevisions(live.stdout), withoutRevisions(text));

  const imported = await runMuster('import', '--store', at('new'), file);
  assert.equal(imported.code, 0, imported.stderr);
  assert.equal(imported.stderr, `muster: imported 1 token with 6 keys into ${at('new')}\n`);
  const piped = await runMusterWith(text, 'import', '--store', at('piped'));
  assert.equal(piped.code, 0, piped.stderr);
  for (const name of ['new', 'piped']) {
    const again = await runMuster('export', '--store', at(name));
    assert.deepEqual(withoutRevisions(again.stdout), withoutRevisions(text));
    await using muster = await startMuster({ store: at(name) });
    assert.equal(await (await fetch(`${muster.url}/${shown.token}`)).text(), shown.text);
    const refused = await runMuster('import', '--store', at(name), file);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /in use by another process\. Stop the Muster that runs on it, or import into/,
    );
  }
  const full = await runMuster('import', '--store', at('new'), file);
  assert.equal(full.code, 1);
  assert.match(
    full.stderr,
    /^muster: there are tokens in lmdb:.*\/new already\. Import into a new store, such as/,
  );
});

test('what cannot be exported or imported is refused before anything is written', {
  timeout: 120_000,
}, async () => {
  await using dir = await createTempDir();
  const at = (name: string): string => `lmdb:${dir.path}/${name}`;
  {
    await using muster = await startMuster({ store: at('live') });
    await fill(muster);
    await muster.stop();
  }
  const file = `${dir.path}/tokens.ndjson`;
  assert.equal((await runMuster('export', '--store', at('live'), file)).code, 0);
  const text = readFileSync(file, 'utf8');
  const cut = `${dir.path}/cut`;
  writeFileSync(cut, text.slice(0, text.lastIndexOf('{"end"')));
  const wrong = `${dir.path}/wrong`;
  writeFileSync(wrong, text.replace('"key":"_config/size"', '"key":7'));
  const cases: readonly (readonly [args: readonly string[], code: number, stderr: RegExp])[] = [
    [
      ['export', '--store', at('live'), file],
      1,
      /tokens\.ndjson exists already, and nothing is written over\./,
    ],
    [['export', '--store', at('live'), `${dir.path}/no/file`], 1, /cannot write .*\/no\/file: ENOENT\./],
    [['export', '--store', at('none')], 1, /there is no store of Muster in .*\/none\./],
    [['export', '--store', 'memory:'], 2, /memory: has nothing to export/],
    [['export', '--sotre', at('live')], 2, /unknown option "--sotre"\. Did you mean --store/],
    [
      ['import', '--store', at('new'), cut],
      1,
      /the file was cut off behind line 2: the line with the counts is missing\./,
    ],
    [
      ['import', '--store', at('new'), wrong],
      1,
      /line 2: key \d of the token has no "key" that is Unicode\./,
    ],
    [['import', '--store', at('new'), `${dir.path}/none`], 1, /cannot read .*\/none: ENOENT\./],
    [['import', '--store', 'memory:', file], 2, /memory: has nothing to import/],
    [['import', '--token-ttl', '1d', file], 2, /--token-ttl needs --from-etcd\./],
    [
      ['import', '--from-etcd', 'http://127.0.0.1:2379', file],
      2,
      /--from-etcd and a file exclude each other/,
    ],
  ];
  for (const [args, code, stderr] of cases) {
    const run = await runMuster(...args);
    assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
    assert.match(run.stderr, stderr);
    assert.equal(run.stdout, '');
  }
  assert.equal(readFileSync(file, 'utf8'), text);
  assert.deepEqual(readdirSync(dir.path).sort(), ['cut', 'live', 'tokens.ndjson', 'wrong']);
  // Through a pipe the end comes last: what was begun is told.
  const piped = await runMusterWith(readFileSync(cut, 'utf8'), 'import', '--store', at('begun'));
  assert.equal(piped.code, 1);
  assert.match(
    piped.stderr,
    /cut off behind line 2: .*; 1 token had been written\. .* Then remove the store that was begun/,
  );
  assert.ok(existsSync(`${dir.path}/begun`));
});

test('an export whose reader goes away ends, and says so', { timeout: 60_000 }, async () => {
  await using dir = await createTempDir();
  const store = `lmdb:${dir.path}/live`;
  {
    await using muster = await startMuster({ store, args: ['--rate-limit', 'off'] });
    // More than a pipe holds.
    await Promise.all(
      Array.from({ length: 600 }, () => fetch(`${muster.url}/new?size=3`).then((r) => r.text())),
    );
    await muster.stop();
  }
  const child = spawn(process.execPath, [`${repositoryRoot}bin/muster`, 'export', '--store', store], {
    env: cleanEnvironment(),
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  await once(child.stdout, 'readable');
  child.stdout.destroy();
  const [code] = (await closed) as [number | null];
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^muster: the reader of the output went away before its end\./);
});

test('every command of these has its help', { timeout: 60_000 }, async () => {
  for (const name of ['export', 'import', 'backup', 'restore']) {
    const { code, stdout } = await runMuster(name, '--help');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Usage: muster ${name} `));
    for (const line of stdout.split('\n')) assert.ok(line.length <= 90, line);
    assert.equal((await runMuster('help', name)).stdout, stdout);
  }
});
