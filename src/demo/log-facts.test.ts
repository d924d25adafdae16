import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine, isComplaint, parseLogFact } from './log-facts.ts';

const json = (fields: object): string =>
  JSON.stringify({ level: 'info', ts: '2026-11-28T02:44:18Z', ...fields });

test('parseLogFact() reads the text of etcd 3.4 and the JSON of newer ones alike', () => {
  const cases: ReadonlyArray<[string, object]> = [
    ['2026-11-28 02:44:06 N | discovery: found 1 peer(s), waiting for 2 more', { kind: 'waits', missing: 2 }],
    [
      json({
        msg: 'found peers from discovery server; waiting for more',
        'found-peers': 1,
        'needed-peers': 2,
      }),
      { kind: 'waits', missing: 2 },
    ],
    [
      json({ msg: 'waiting for peers from discovery service', clusterSize: 3, 'found-peers': 2 }),
      { kind: 'waits', missing: 1 },
    ],
    ['2026-11-28 02:44:07 N | discovery: found 2 needed peer(s)', { kind: 'complete' }],
    [json({ msg: 'found all needed peers from discovery server', 'found-peers': 2 }), { kind: 'complete' }],
    [json({ msg: 'discovery joined cluster successfully' }), { kind: 'complete' }],
    ['raft2026/11/28 INFO: 3feb53 became candidate at term 2', { kind: 'candidate', term: 2 }],
    [
      json({
        msg: 'd531 [logterm: 2, index: 6, vote: 0] cast MsgVote for 3a60 [logterm: 2, index: 6] at term 3',
      }),
      { kind: 'voted', candidate: '3a60', term: 3 },
    ],
    [
      json({ msg: 'raft.node: 9035 elected leader f7e8 at term 4' }),
      { kind: 'leader', leader: 'f7e8', term: 4 },
    ],
    ['2026-11-28 02:44:08 I | embed: ready to serve client requests', { kind: 'serves' }],
  ];
  for (const [line, fact] of cases) assert.deepEqual(parseLogFact(line), fact, line);
});

test('parseLogFact() takes nothing else for a fact', () => {
  const lines = [
    '',
    '{"msg":',
    json({ msg: 'became pre-candidate at term 1' }),
    json({ msg: '3feb received MsgVoteResp from f3c1 at term 2' }),
    json({ msg: 'waiting for peers from discovery service' }),
  ];
  for (const line of lines) assert.equal(parseLogFact(line), undefined, line);
});

test('formatLogLine() leaves of a line in JSON what a person reads', () => {
  const line = json({ level: 'fatal', caller: 'x.go:1', msg: 'discovery failed', error: 'no such token' });
  assert.equal(formatLogLine(line), 'fatal: discovery failed: no such token');
  assert.equal(formatLogLine('flag provided but not defined: -x'), 'flag provided but not defined: -x');
});

test('isComplaint() finds the lines that say what is wrong', () => {
  const complaints = [
    json({ level: 'fatal', msg: 'discovery failed' }),
    '2026-11-28 02:44:06.650749 C | etcdmain: cannot listen',
    'flag provided but not defined: -x',
  ];
  for (const line of complaints) assert.equal(isComplaint(line), true, line);
  for (const line of [json({ msg: 'x' }), '2026-11-28 02:44:06.6 I | embed: ready', 'Usage:']) {
    assert.equal(isComplaint(line), false, line);
  }
});
