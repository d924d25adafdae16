import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { environmentOf, findTool, parseUnit, read, settingsOf, valuesOf } from './files.ts';

const UNIT = 'deploy/systemd/muster.service';
const service = parseUnit(read(UNIT)).get('Service');
const one = (key: string): string => {
  const values = valuesOf(service, key);
  assert.equal(values.length, 1, key);
  return values[0] ?? '';
};

test('the unit of systemd starts Muster with settings that it takes', () => {
  const [node, program, command, ...args] = one('ExecStart').split(' ');
  assert.deepEqual([node, program, command], ['/usr/bin/node', '/opt/muster/bin/muster', 'serve']);
  const settings = settingsOf(args, environmentOf(valuesOf(service, 'Environment')));
  assert.equal(settings.listen.port, 8087);
  assert.equal(settings.create, 'admin');
  // %d is the folder of credentials.
  const [, credential] = /^%d\/(.+)$/.exec(settings.adminTokenFile ?? '') ?? [];
  assert.equal(one('LoadCredential').split(':')[0], credential);
  assert.deepEqual(settings.store, { kind: 'lmdb', folder: `/var/lib/${one('StateDirectory')}` });
});

test('the unit of systemd leaves room for every connection and for a slow stop', () => {
  const { shutdownTimeoutSeconds } = settingsOf([], {});
  assert(Number(one('LimitNOFILE')) > LIMITS.connectionsMax);
  assert(Number.parseInt(one('TimeoutStopSec'), 10) > shutdownTimeoutSeconds);
});

test('the unit of systemd is hardened, but for what V8 cannot do without', () => {
  for (const key of ['DynamicUser', 'NoNewPrivileges', 'PrivateDevices', 'PrivateTmp', 'ProtectHome']) {
    assert.equal(one(key), 'yes', key);
  }
  assert.equal(one('ProtectSystem'), 'strict');
  assert.equal(one('CapabilityBoundingSet'), '');
  assert.deepEqual(valuesOf(service, 'MemoryDenyWriteExecute'), []);
  assert(one('RestrictAddressFamilies').split(' ').includes('AF_UNIX'), 'the owner of a data folder has one');
});

test('systemd takes every line of the unit', async (t) => {
  const tool = findTool(t, 'systemd-analyze', `that systemd takes ${UNIT}`);
  if (tool === undefined) return;
  await using dir = await createTempDir();
  // Whether Node.js is where the unit has it says nothing about the unit.
  const file = `${dir.path}/muster.service`;
  await writeFile(file, read(UNIT).replace('/usr/bin/node', process.execPath));
  const { status, stderr } = spawnSync(tool, ['verify', '--man=no', file], { encoding: 'utf8' });
  // Other units of this machine are none of ours.
  const lines = stderr.split('\n').filter((line) => line.includes('muster.service'));
  assert.deepEqual(lines, []);
  if (status !== 0) t.skip(`NOT CHECKED HERE: that systemd takes ${UNIT}, because it says: ${stderr}`);
});
