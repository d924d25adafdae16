import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStartChoice } from './start-choice.ts';

const read = (query: string, host = 'discovery.example'): readonly string[] => {
  const { etcd, platform, cloud } = parseStartChoice(query, `http://${host}:8087/token`);
  return [etcd.id, platform, cloud];
};

test('parseStartChoice takes what is known, and the defaults for the rest', () => {
  assert.deepEqual(read('etcd=3.5&platform=systemd&cloud=gce'), ['3.5', 'systemd', 'gce']);
  assert.deepEqual(read('platform=trial'), ['3.6', 'trial', 'ec2']);
  assert.deepEqual(read('etcd=9&x=%&platform=<b>&cloud='), ['3.6', 'flags', 'ec2']);
});

test('parseStartChoice begins with a trial where the URL is of use on this machine only', () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]']) assert.equal(read('', host)[1], 'trial');
  assert.equal(read('platform=env', 'localhost')[1], 'env');
  for (const host of ['10.0.0.5', 'example.com']) assert.equal(read('', host)[1], 'flags');
});
