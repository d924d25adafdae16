import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStartChoice } from './start-choice.ts';

const read = (query: string): readonly string[] => {
  const { etcd, platform, cloud } = parseStartChoice(query);
  return [etcd.id, platform, cloud];
};

test('parseStartChoice takes what is known, and the defaults for the rest', () => {
  assert.deepEqual(read('etcd=3.5&platform=systemd&cloud=gce'), ['3.5', 'systemd', 'gce']);
  assert.deepEqual(read('platform=trial'), ['3.6', 'trial', 'ec2']);
  assert.deepEqual(read('etcd=9&x=%&platform=<b>&cloud='), ['3.6', 'flags', 'ec2']);
});
