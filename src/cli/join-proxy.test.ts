import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOfEtcd } from './join-proxy.ts';

const CASES: ReadonlyArray<[command: string, kept: string]> = [
  ['etcd', 'etcd'],
  ['/usr/bin/etcd --name etcd --data-dir /var/lib/etcd', '/usr/bin/etcd'],
  ['env ETCD_DATA_DIR=/var/lib/etcd etcd --name n1', 'env ETCD_DATA_DIR=/var/lib/etcd etcd'],
  ['sudo -u etcd etcd --name n1', 'sudo -u etcd etcd'],
  ['sudo -u etcd env A=1 /opt/etcd --name etcd', 'sudo -u etcd env A=1 /opt/etcd'],
  ['chpst -u etcd -- etcd --name n1', 'chpst -u etcd -- etcd'],
  ['setpriv --reuid=etcd --regid etcd -- etcd --name n1', 'setpriv --reuid=etcd --regid etcd -- etcd'],
  ['docker run --rm etcd etcd --name n1', 'docker run --rm etcd etcd'],
  ['etcd-3.7 --data-dir /var/lib/etcd', 'etcd-3.7'],
  ['my-etcd --data-dir=/var/lib/etcd', 'my-etcd'],
];

for (const [command, kept] of CASES) {
  test(`of "${command}" a proxy is started by "${kept}"`, () => {
    assert.equal(wordsOfEtcd(command.split(' ')).join(' '), kept);
  });
}
