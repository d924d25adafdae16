import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemberList, parsePeerMembers } from './cluster-member.ts';

test('parsePeerMembers() keeps every digit of an id, which is wider than a number', () => {
  const text =
    '[{"id":17564411087465930856,"peerURLs":["http://127.0.0.21:2380"],"name":"m1","clientURLs":["http://127.0.0.21:2379"]},' +
    '{"id":4605866828937616402,"peerURLs":["http://[::1]:2380"],"isLearner":true}]';
  assert.deepEqual(parsePeerMembers(text), [
    {
      id: 'f3c152d2e556e068',
      name: 'm1',
      peerUrls: ['http://127.0.0.21:2380'],
      clientUrls: ['http://127.0.0.21:2379'],
      isLearner: false,
    },
    { id: '3feb537a5d94dc12', name: '', peerUrls: ['http://[::1]:2380'], clientUrls: [], isLearner: true },
  ]);
});

test('parseMemberList() reads the answer of the gateway, which leaves out what is empty', () => {
  const text =
    '{"header":{"cluster_id":"1"},"members":[{"ID":"13456543","name":"m1","peerURLs":["http://a:1"]}]}';
  assert.deepEqual(
    parseMemberList(text)?.map(({ id, name }) => [id, name]),
    [['cd549f', 'm1']],
  );
});

test('lists of members that are none, or that would do harm in a command line, are not taken', () => {
  const odd = [
    '',
    'not found',
    'null',
    '{}',
    '[]',
    '[null]',
    '[{"name":"m1"}]',
    '[{"id":"x"}]',
    '[{"id":1,"peerURLs":["http://a:1; rm -rf /"]}]',
    '[{"id":1,"peerURLs":["http://$(id):1"]}]',
  ];
  for (const text of odd) assert.equal(parsePeerMembers(text), undefined, text);
  assert.equal(parseMemberList('{"members":{}}'), undefined);
  const members = parsePeerMembers(
    '[{"id":1,"peerURLs":["http://a:1"],"clientURLs":["http://a:1/`id`","http://a:2"]}]',
  );
  assert.deepEqual(members?.[0]?.clientUrls, ['http://a:2']);
});
