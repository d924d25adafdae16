import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causesOf, LogReader, type LogReport } from './explain-log.ts';

function read(...lines: string[]): LogReport {
  const reader = new LogReader();
  for (const line of lines) reader.add(line);
  return reader.report();
}

const REFUSED = '2016-01-28 10:11:12 E | discovery: error #0: dial tcp 10.0.0.5:8087: connection refused';
const REGISTERED = '2016-01-28 10:11:20 N | discovery: found self e924a8cc55f3a1a0 in the cluster';

/** Lines of programs that are too old to be run here, by their sources. */
const BY_SOURCE: ReadonlyArray<readonly [version: string, line: string, id: string]> = [
  ['2.0', '2015/01/28 10:11:12 discovery: found self e924a8cc55f3a1a0 in the cluster', 'registered'],
  ['2.0', '2015/01/28 10:11:12 discovery: found 1 peer(s), waiting for 2 more', 'waiting-for-members'],
  ['2.0', '2015/01/28 10:11:12 discovery: found 3 needed peer(s)', 'found-all'],
  [
    '2.0',
    '2015/01/28 10:11:12 discovery: during cluster status check connection to http://d.example timed out, retrying in 2s',
    'asks-again',
  ],
  ['2.0', '2015/01/28 10:11:12 etcd: discovery: too many retries', 'service-too-many-retries'],
  ['2.0', '2015/01/28 10:11:12 etcd: discovery cluster full, falling back to proxy', 'became-proxy'],
  ['2.0', '2015/01/28 10:11:12 etcd: discovery: size key not found', 'unknown-token'],
  [
    '2.0',
    '2015/01/28 10:11:12 etcd: member n1 has previously registered with discovery service (http://d.example/T), but the data-dir is empty',
    'duplicate-id',
  ],
  [
    '3.3',
    '2019-01-28 10:11:12.1 W | rafthttp: health check for peer 954193fdc28d1a7f could not connect: dial tcp 10.0.0.3:2380: i/o timeout (prober "ROUND_TRIPPER_SNAPSHOT")',
    'peer-no-way',
  ],
  [
    '3.3',
    '2019-01-28 10:11:12.1 W | rafthttp: the clock difference against peer 954193fdc28d1a7f is too high [3.2s > 1s]',
    'clock',
  ],
  [
    '3.5',
    '{"level":"warn","ts":"2026-01-28T10:11:12Z","msg":"prober found high clock drift","remote-peer-id":"954193fdc28d1a7f","clock-drift":"3.2s"}',
    'clock',
  ],
  [
    '3.3',
    '2019-01-28 10:11:12.1 E | rafthttp: request sent was ignored by peer 954193fdc28d1a7f (server version incompatible)',
    'version',
  ],
  [
    '3.3',
    '2019-01-28 10:11:12.1 C | raft: tocommit(9) is out of range [lastIndex(3)]. Was the raft log corrupted, truncated, or lost?',
    'lost-data',
  ],
  ['3.3', '2019-01-28 10:11:12.1 I | discovery: using proxy "http://proxy.example:3128"', 'by-proxy'],
  [
    '3.6',
    '{"level":"warn","msg":"failed to verify flags","error":"both --discovery-token and --discovery-endpoints must be set"}',
    'half-of-v3',
  ],
  [
    '3.4',
    "2019-01-28 10:11:12.1 E | etcdmain: error verifying flags, expected IP in URL for binding (http://n1.example:2380). See 'etcd --help'.",
    'bad-listen-url',
  ],
];

for (const [version, line, id] of BY_SOURCE) {
  test(`a line of etcd ${version} is known: ${id}`, () => {
    assert.deepEqual(
      read(line).entries.map((entry) => entry.id),
      [id],
    );
  });
}

test('a problem that the log shows to be over is a note, and no cause', () => {
  const report = read(REFUSED, REGISTERED);
  assert.equal(report.entries[0]?.isOver, true);
  assert.equal(report.entries[0]?.severity, 'note');
  assert.deepEqual(causesOf(report), []);
});

test('one that came back after that is a problem again', () => {
  const report = read(REFUSED, REGISTERED, REFUSED);
  assert.equal(report.entries[0]?.count, 2);
  assert.deepEqual(
    causesOf(report).map(({ id }) => id),
    ['log-service-refuses'],
  );
});

test('what only follows from another line is a note beside that, and a cause alone', () => {
  const again =
    '2016-01-28 10:11:12 I | discovery: cluster status check: error connecting to http://10.0.0.5:8087, retrying in 2s';
  assert.equal(read(again).entries[0]?.severity, 'warning');
  const severities = read(REFUSED, again).entries.map(({ id, severity }) => `${id}:${severity}`);
  assert.deepEqual(severities, ['service-refuses:problem', 'asks-again:note']);
});

test('an election that every start goes through is not worth a word', () => {
  const started = '2016-01-28 10:11:12 I | raft: e924a8cc55f3a1a0 is starting a new election at term 1';
  const elected =
    '2016-01-28 10:11:13 I | raft: raft.node: e924a8cc55f3a1a0 elected leader e924a8cc55f3a1a0 at term 2';
  assert.deepEqual(
    read(started, elected).entries.map(({ id }) => id),
    ['elected'],
  );
  assert.deepEqual(
    read(started, elected, started).entries.map(({ id, severity }) => `${id}:${severity}`),
    ['no-leader:problem', 'elected:step'],
  );
});

test('lines about different addresses are told apart, and counted', () => {
  const other = REFUSED.replace('10.0.0.5', '10.0.0.6');
  const { entries, lines, known } = read(REFUSED, other, other, 'hello', '');
  assert.deepEqual(
    entries.map(({ count }) => count),
    [1, 2],
  );
  assert.deepEqual([lines, known], [4, 3]);
});

test('no text that is told holds a whole token, or what a terminal obeys', () => {
  const token = '0123456789abcdef0123456789abcdef';
  const report = read(
    `{"msg":"failed to bootstrap; discovery token was already used","discovery-token":"http://d/${token}","error":"(150: \\u001b[2Jno (do it) [3])"}`,
  );
  const text = JSON.stringify(report);
  assert(!text.includes(token));
  assert(!text.includes('\\u001b'));
});

test('a log that says a thousand different things is told in part', () => {
  const lines = Array.from({ length: 1000 }, (_, n) => REFUSED.replace(':8087', `:${n + 1}`));
  const report = read(...lines);
  assert.equal(report.known, 1000);
  assert.equal(report.entries.length, 200);
});
