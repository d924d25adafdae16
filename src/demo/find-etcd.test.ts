import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../test/support/temp-dir.ts';
import { dialectsOf, findEtcd } from './find-etcd.ts';

/** A folder with a program that says of itself that it is an etcd. */
function install(context: TestContext, folder: string, version: string): string {
  const place = join(temporaryFolder(context), folder);
  mkdirSync(place, { recursive: true });
  for (const name of ['etcd', 'etcdctl']) {
    writeFileSync(join(place, name), `#!/bin/sh\necho "etcd Version: ${version}"\n`);
    chmodSync(join(place, name), 0o755);
  }
  return place;
}

const NOWHERE = '/nonexistent';

test('findEtcd() takes what was given, else the PATH, else the newest of the cache', async (t) => {
  const given = install(t, 'given', '3.4.1');
  const onPath = install(t, 'path', '3.5.2');
  const older = install(t, 'cache/etcd-3.9', '3.9.0');
  const cache = join(older, '..');
  mkdirSync(join(cache, 'etcd-3.10'));
  writeFileSync(join(cache, 'etcd-3.10', 'etcd'), '#!/bin/sh\necho "etcd Version: 3.10.0"\n', {
    mode: 0o755,
  });
  const first = await findEtcd({ given, path: onPath, cache });
  assert.deepEqual([first.file, first.version], [join(given, 'etcd'), '3.4.1']);
  assert.equal(first.etcdctl, join(given, 'etcdctl'), 'the one that belongs to it');
  const second = await findEtcd({ given: undefined, path: `${NOWHERE}:${onPath}`, cache });
  assert.deepEqual([second.version, second.etcdctl], ['3.5.2', 'etcdctl']);
  assert.equal((await findEtcd({ given: undefined, path: NOWHERE, cache })).version, '3.10.0');
});

test('findEtcd() says what to install where there is none, and what is no etcd', async (t) => {
  await assert.rejects(findEtcd({ given: undefined, path: NOWHERE, cache: NOWHERE }), {
    code: 'program-failed',
    message: /there is no etcd on this machine/,
    remedy: /Install etcd 3\.4 or newer .* --etcd PATH/,
  });
  await assert.rejects(findEtcd({ given: NOWHERE, path: undefined, cache: NOWHERE }), {
    code: 'program-failed',
    message: /--etcd "\/nonexistent" is no program/,
  });
  const old = install(t, 'old', '3.3.25');
  await assert.rejects(findEtcd({ given: old, path: undefined, cache: NOWHERE }), {
    code: 'program-failed',
    message: /is etcd 3\.3\.25, and the demo needs 3\.4 or newer/,
  });
  const odd = install(t, 'odd', 'none');
  await assert.rejects(findEtcd({ given: odd, path: undefined, cache: NOWHERE }), {
    message: /no etcd that can be started: it tells no version/,
  });
});

test('dialectsOf() knows which etcd can ask in which way', () => {
  assert.deepEqual(dialectsOf('3.4.23'), ['v2']);
  assert.deepEqual(dialectsOf('3.5.35'), ['v2']);
  assert.deepEqual(dialectsOf('3.6.16'), ['v3', 'v2']);
  assert.deepEqual(dialectsOf('3.7.3'), ['v3']);
  assert.deepEqual(dialectsOf('4.0.0'), ['v3']);
});
