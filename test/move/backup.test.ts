import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { systemClock } from '../../src/clock/clock.ts';
import { backUpLmdbStore } from '../../src/store/lmdb/backup.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { runMuster } from './run-muster.ts';

interface Answer {
  readonly node?: { readonly createdIndex: number; readonly nodes?: readonly MemberNode[] };
}

interface MemberNode {
  readonly key: string;
  readonly value: string;
  readonly createdIndex: number;
}

/** A registration that was answered. */
interface Registered {
  readonly token: string;
  readonly member: MemberNode;
}

const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

async function list(muster: Muster, token: string): Promise<{ text: string; index: number }> {
  const response = await fetch(`${muster.url}/${token}`);
  return { text: await response.text(), index: Number(response.headers.get('x-etcd-index')) };
}

/** Makes a token and fills it, one registration after the other; tells of each as soon as it is answered. */
async function fillToken(muster: Muster, onRegistered: (registered: Registered) => void): Promise<string> {
  const token = tokenOf(await (await fetch(`${muster.url}/new?size=3`)).text());
  // Not in the order of their ids.
  for (const n of [3, 1, 2]) {
    const response = await fetch(`${muster.url}/${token}/${n}?prevExist=false`, {
      method: 'PUT',
      body: new URLSearchParams({ value: `n${n}=http://10.0.0.${n}:2380` }),
    });
    assert.equal(response.status, 201);
    const { node } = (await response.json()) as { node: MemberNode };
    onRegistered({ token, member: node });
  }
  return token;
}

test('a backup of a running Muster has every registration that was answered before, and is restored', {
  timeout: 180_000,
}, async () => {
  await using dir = await createTempDir();
  const store = `lmdb:${dir.path}/live`;
  const args = ['--rate-limit', 'off'];
  await using live = await startMuster({ store, args });
  const registered: Registered[] = [];
  const complete: string[] = [];
  let isOver = false;
  const writers = Array.from({ length: 2 }, async () => {
    while (!isOver) complete.push(await fillToken(live, (each) => registered.push(each)));
  });
  const rounds: { registered: number; complete: number; folder: string }[] = [];
  for (let round = 0; round < 3; round++) {
    const before = { registered: registered.length, complete: complete.length };
    const backup = `${dir.path}/backup${round}`;
    if (round === 0) {
      const run = await runMuster('backup', '--store', store, backup);
      assert.equal(run.code, 0, run.stderr);
      assert.equal(run.stderr, `muster: copied the store ${store} to ${backup}\n`);
    } else {
      // Without the time that the command takes to start, in which the journal may be brought in by itself.
      await backUpLmdbStore(`${dir.path}/live`, backup, systemClock);
    }
    assert.ok(registered.length > before.registered, 'nothing was registered meanwhile');
    rounds.push({ ...before, folder: `${dir.path}/restored${round}` });
    const restored = await runMuster('restore', '--store', `lmdb:${dir.path}/restored${round}`, backup);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stderr, /^muster: restored .*: \d+ tokens that live, \d+ keys, revision \d+\n$/);
  }
  isOver = true;
  await Promise.all(writers);
  const atLast = new Map<string, { text: string; index: number }>();
  for (const token of complete) atLast.set(token, await list(live, token));

  for (const { registered: count, complete: finished, folder } of rounds) {
    await using restored = await startMuster({ store: `lmdb:${folder}`, args });
    assert.ok(count > 0 || folder.endsWith('0'));
    const answers = new Map<string, Answer>();
    for (const { token, member } of registered.slice(0, count)) {
      const { node } = answers.get(token) ?? (JSON.parse((await list(restored, token)).text) as Answer);
      answers.set(token, { ...(node ? { node } : {}) });
      assert.deepEqual(
        node?.nodes?.find(({ key }) => key === member.key),
        member,
      );
    }
    // What was complete then is answered letter by letter, and the index has gone no further than in the live one.
    for (const token of complete.slice(0, finished)) {
      const [was, is] = [atLast.get(token), await list(restored, token)];
      assert.equal(is.text, was?.text);
      assert.ok(is.index <= (was?.index ?? 0));
    }
    // And it goes on.
    await fillToken(restored, () => {});
  }
});

test('a backup goes over nothing, a restore neither, and both say what to do', {
  timeout: 120_000,
}, async () => {
  await using dir = await createTempDir();
  const live = `lmdb:${dir.path}/live`;
  const backup = `${dir.path}/backup`;
  await using muster = await startMuster({ store: live });
  await fillToken(muster, () => {});
  writeFileSync(`${dir.path}/file`, '');
  assert.equal((await runMuster('backup', '--store', live, backup)).code, 0);
  const cases: readonly (readonly [args: readonly string[], code: number, stderr: RegExp])[] = [
    [
      ['backup', '--store', live, backup],
      1,
      /holds something already, and nothing is written over\. Name a folder/,
    ],
    [['backup', '--store', live], 2, /no folder for the backup is named\. Run "muster backup --help"/],
    [
      ['backup', '--store', `lmdb:${dir.path}/none`, `${dir.path}/b`],
      1,
      /there is no store of Muster in .*\/none\./,
    ],
    [
      ['backup', '--store', 'memory:', `${dir.path}/b`],
      2,
      /memory: has no data folder\. Give --store lmdb:DIR;/,
    ],
    [['backup', '--store', live, `${dir.path}/file/b`], 1, /cannot make the backup .*\/file\/b: ENOTDIR\./],
    [
      ['restore', '--store', live, backup],
      1,
      /there is a store in .*\/live already, and nothing is written over\./,
    ],
    [
      ['restore', '--store', `lmdb:${dir.path}/r`, `${dir.path}/live`],
      1,
      /a Muster runs on .*\/live, .*"muster backup"/,
    ],
    [['restore', '--store', `lmdb:${dir.path}/r`, dir.path], 1, /there is no store of Muster in /],
    [['restore', '--store', `lmdb:${dir.path}/r`], 2, /no backup is named\./],
    [['restore', 'a', 'b'], 2, /unexpected argument "b"/],
  ];
  for (const [args, code, stderr] of cases) {
    const run = await runMuster(...args);
    assert.equal(run.code, code, `${args.join(' ')}: ${run.stderr}`);
    assert.match(run.stderr, stderr);
    assert.equal(run.stderr.split('\n').length, 2);
  }
});
