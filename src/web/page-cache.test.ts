import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../../test/support/registry-content.ts';
import { reportToken } from '../registry/token-report.ts';
import { readTokenPage } from './page-cache.ts';
import { parseStartChoice } from './start-choice.ts';

const now = Date.UTC(2026, 0, 1);
const token = '0123456789abcdef0123456789abcdef';
const content = contentOf({ size: 3, createdAt: now, expiresAt: now + 3_600_000 }, []);
const reportNow = (): ReturnType<typeof reportToken> =>
  reportToken({ token, revision: 9, content, attempts: [] }, now);
const visit = (host: string, query = ''): Parameters<typeof readTokenPage>[1] => ({
  url: `http://${host}/${token}`,
  choice: parseStartChoice(query, `http://${host}/${token}`),
  now,
});

test('readTokenPage makes a page once for all who ask the same of one report', () => {
  const view = { report: reportNow(), views: undefined };
  const page = readTokenPage(view, visit('a'));
  assert.equal(readTokenPage(view, visit('a')), page);
  assert.notEqual(readTokenPage({ ...view, report: reportNow() }, visit('a')), page);
});

test('readTokenPage tells apart who spells the token otherwise, or starts another etcd', () => {
  const view = { report: reportNow(), views: undefined };
  const visits = [
    visit('a'),
    visit('b'),
    visit('a', 'etcd=3.5'),
    visit('a', 'platform=env'),
    visit('a', 'cloud=gce'),
  ];
  assert.equal(new Set(visits.map((each) => readTokenPage(view, each))).size, visits.length);
  assert.match(readTokenPage(view, visit('b')).content.text, /http:\/\/b\/0123/);
});
