import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf, type WrittenMember } from '../../test/support/registry-content.ts';
import { reportToken } from '../registry/token-report.ts';
import { html } from './html.ts';
import { parseStartChoice } from './start-choice.ts';
import { describeTokenPage } from './token-page.ts';

const MADE = Date.UTC(2026, 0, 1);
const TOKEN = '0123456789abcdef0123456789abcdef';
const URL_OF_TOKEN = `http://discovery.example:8087/${TOKEN}`;

interface Shown {
  readonly title: string;
  readonly markup: string;
  readonly isLive: boolean;
}

function show(members: readonly WrittenMember[], { size = 3, after = 60_000, revokedAt = 0 } = {}): Shown {
  const record = { size, createdAt: MADE, expiresAt: MADE + 3_600_000 };
  const content = contentOf(revokedAt === 0 ? record : { ...record, revokedAt }, members);
  const now = MADE + after;
  const report = reportToken({ token: TOKEN, revision: 9, content, attempts: [] }, now);
  const choice = parseStartChoice('', URL_OF_TOKEN);
  const views = { v2: '{"action":"get"}', v3: '{"count":0}' };
  const {
    title,
    content: body,
    live,
  } = describeTokenPage({ report, views }, { url: URL_OF_TOKEN, choice, now });
  return { title, markup: html`${body}`.text, isLive: live !== undefined };
}

const member = (n: number): WrittenMember => ({ id: `a${n}`, text: `n${n}=http://10.0.0.${n}:2380` });

/** The words of a part of the page, as they are read. */
const wordsOf = (markup: string): string => markup.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

/** The rows of the roll. */
const rowsOf = (markup: string): string[] =>
  [...markup.matchAll(/<li class="(?:member|free|more)".*?<\/li>/gs)].map(([row]) => wordsOf(row).trim());

test('an open token shows who came, with what is known of them, and which slots are free', () => {
  const { title, markup, isLive } = show([member(1)]);
  assert.equal(title, '1/3 · 01234567');
  assert(isLive);
  assert.match(markup, /<h1>1 of 3 members have registered<\/h1>/);
  const [first = '', ...free] = rowsOf(markup);
  assert.match(
    first,
    /^Slot 1 n1 http:\/\/10\.0\.0\.1:2380 registered 1 Jan 2026, 00:00:01 UTC 59 seconds ago/,
  );
  assert.match(first, /over v2 \(HTTP\) id a1/);
  assert.deepEqual(free, ['Slot 2 free, waits for a machine', 'Slot 3 free, waits for a machine']);
  assert.match(markup, /--discovery-token=http:\/\/discovery\.example:8087\/0123/);
});

test('a complete token has the initial cluster, and those that came late stand apart', () => {
  const { title, markup } = show([1, 2, 3, 4].map(member));
  assert.equal(title, '3/3 complete · 01234567');
  const [, late = ''] = markup.split('After the last slot');
  assert.match(late, /n4/);
  assert.match(
    markup,
    /<code>n1=http:\/\/10\.0\.0\.1:2380,n2=http:\/\/10\.0\.0\.2:2380,n3=http:\/\/10\.0\.0\.3:2380<\/code>/,
  );
  assert.match(wordsOf(markup), /complete \+3\.0 s 1 Jan, 00:00:03 UTC .* n4 came late/);
});

test('a token that is over says so, and offers a new one of its size', () => {
  const expired = show([member(1)], { after: 7_200_000 });
  assert.equal(expired.title, 'This token has expired');
  assert.equal(expired.isLive, false);
  assert.deepEqual(rowsOf(expired.markup), []);
  assert.match(expired.markup, /href="\/\?size=3"/);
  const revoked = show([], { revokedAt: MADE + 5000 });
  assert.match(revoked.markup, /<h1>This token was revoked<\/h1>/);
  assert.match(wordsOf(revoked.markup), /token revoked \+5\.0 s/);
});

test('what members registered is never markup', () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const { markup } = show([
    { id: `x'${evil}`, text: `${evil}=http://10.0.0.1:2380`, note: { from: evil } },
    { id: 'b', text: evil },
  ]);
  assert.doesNotMatch(markup, /<script|<img|x'"/);
  assert.match(markup, /&lt;script&gt;/);
});

test('a large cluster is drawn as one bar, and its page stays short', () => {
  const members = Array.from({ length: 400 }, (_, index) => member(index));
  const { markup } = show(members, { size: 1000 });
  assert.match(markup, /<rect class="taken" width="40\.00%"/);
  assert(rowsOf(markup).length < 70);
  assert.match(markup, /350 more registered too/);
  assert.match(markup, /and 592 more free slots/);
  assert(markup.length < 100_000, `${markup.length} characters`);
});
