import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogLine } from './log-line.ts';

for (const [what, line, at, text] of [
  [
    'capnslog of etcd 2.1 to 3.4',
    '2016-01-28 10:11:12.123456 N | discovery: found self e924a8cc55f3a1a0 in the cluster',
    '2016-01-28 10:11:12.123456',
    'found self e924a8cc55f3a1a0 in the cluster',
  ],
  [
    'the log of etcd 2.0',
    '2015/01/28 10:11:12 discovery: found 1 peer(s), waiting for 2 more',
    '2015/01/28 10:11:12',
    'found 1 peer(s), waiting for 2 more',
  ],
  [
    'zap as JSON, without what says where',
    '{"level":"info","ts":"2026-11-28T02:45:42Z","logger":"raft","caller":"a.go:1","msg":"it is so","n":2,"list":["a"],"stacktrace":"x"}',
    '2026-11-28T02:45:42Z',
    'it is so n=2 list=["a"]',
  ],
  [
    'zap for people, with tabs',
    '2026-11-28T03:22:50.837Z\twarn\tembed/config.go:956\tit is so\t{"n": 2}',
    '2026-11-28T03:22:50.837Z',
    'it is so n=2',
  ],
  [
    'zap for people, with the spaces of a terminal',
    '2026-11-28T03:22:50.837+0100    WARN    embed/config.go:956    it is so    {"n": 2}',
    '2026-11-28T03:22:50.837+0100',
    'it is so n=2',
  ],
  [
    'journalctl around capnslog under systemd',
    'Jan 28 10:11:12 core-1 etcd-wrapper[812]: found 1 peer(s), waiting for 2 more',
    'Jan 28 10:11:12',
    'found 1 peer(s), waiting for 2 more',
  ],
  [
    'rkt inside journalctl',
    'Jan 28 10:11:12 core-1 etcd-wrapper[812]: [  123.456789] etcd[5]: 2017-01-28 10:11:12.1 I | discovery: found 3 needed peer(s)',
    '2017-01-28 10:11:12.1',
    'found 3 needed peer(s)',
  ],
  [
    'a line with a carriage return',
    'flag provided but not defined: -discovery\r',
    '',
    'flag provided but not defined: -discovery',
  ],
  ['what is no JSON', '{"level":"info"', '', '{"level":"info"'],
  ['JSON that is none of etcd', '{"hello":"world"}', '', '{"hello":"world"}'],
] as const) {
  test(`a line of a log is taken apart: ${what}`, () => {
    assert.deepEqual(parseLogLine(line), { at, text });
  });
}
