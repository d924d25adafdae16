import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Muster, startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { AS_BROWSER } from './browser-requests.ts';

const ADMIN_TOKEN = 'correct-horse-battery-staple';

interface Sent {
  readonly status: number;
  readonly location: string | null;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** Sends the form of the home page, as a browser does that says where it comes from. */
async function send(
  { url }: Muster,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { origin: url },
): Promise<Sent> {
  const response = await fetch(`${url}/-/new`, {
    method: 'POST',
    body: new URLSearchParams({ ttl: '604800', ...fields }),
    headers: { ...AS_BROWSER, ...headers },
    redirect: 'manual',
  });
  return {
    status: response.status,
    location: response.headers.get('location'),
    retryAfter: response.headers.get('retry-after'),
    body: await response.text(),
  };
}

test('the form makes a token of the size and the life that it holds', async () => {
  await using muster = await startMuster();
  for (const [fields, size, ttl] of [
    [{ size: '5' }, 5, 604_800],
    [{ size: 'other', other: '9', ttl: '3600' }, 9, 3600],
  ] as const) {
    const { status, location } = await send(muster, fields);
    assert.equal(status, 303);
    assert.match(location ?? '', /^\/[0-9a-f]{32}$/);
    const report = JSON.parse(await (await fetch(`${muster.url}/v1/tokens${location}`)).text());
    assert.equal(report.size, size);
    assert.equal((Date.parse(report.expiresAt) - Date.parse(report.createdAt)) / 1000, ttl);
  }
});

test('a form that another site sends makes no token', async () => {
  await using muster = await startMuster();
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: muster.url, 'sec-fetch-site': 'cross-site' },
    {},
  ]) {
    const { status, body } = await send(muster, { size: '3' }, headers);
    assert.equal(status, 403, JSON.stringify(headers));
    assert.match(body, /This form was not sent by a page of this service\./);
  }
  assert.equal((await send(muster, { size: '3' }, { 'sec-fetch-site': 'same-origin' })).status, 303);
});

test('a form that is wrong comes back as it was, with what is wrong', async () => {
  await using muster = await startMuster();
  const { status, body } = await send(muster, { size: 'other', other: '1001', ttl: '3600' });
  assert.equal(status, 400);
  assert.match(body, /Cannot make a token for a cluster of size &quot;1001&quot;\./);
  assert.match(body, /Size must be a whole number from 1 to 1000/);
  assert.match(body, /id="size-other" value="other" checked/);
  assert.match(body, /name="other"[^>]* value="1001"/);
  assert.match(body, /<option value="3600" selected>/);
  assert.equal((await send(muster, { size: 'other', other: '' })).status, 400);
  assert.match((await send(muster, { size: '3', ttl: '1' })).body, /role="alert"/);
  assert.equal((await send(muster, { size: '3', padding: 'x'.repeat(20_000) })).status, 413);
});

test('only POST takes the form', async () => {
  await using muster = await startMuster();
  const response = await fetch(`${muster.url}/-/new?size=3`, { headers: AS_BROWSER });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get('allow'), 'POST');
});

test('where only the operator may, the form asks for the admin token, which gets into no URL and no log', async () => {
  await using dir = await createTempDir();
  const file = `${dir.path}/admin-token`;
  await writeFile(file, `${ADMIN_TOKEN}\n`);
  await using muster = await startMuster({ args: ['--create', 'admin', '--admin-token-file', file] });
  const home = await (await fetch(`${muster.url}/`, { headers: AS_BROWSER })).text();
  assert.match(home, /Only its operator may make tokens here\./);
  assert.match(
    home,
    /<input type="password" id="admin-token" name="adminToken" autocomplete="off" required>/,
  );
  for (const adminToken of ['', 'wrong-horse-battery-staple']) {
    const { status, body } = await send(muster, { size: '3', adminToken });
    assert.equal(status, 403);
    assert.match(body, /name="adminToken"/);
    assert.doesNotMatch(body, /horse/);
  }
  const { status, location } = await send(muster, { size: '3', adminToken: ADMIN_TOKEN });
  assert.equal(status, 303);
  assert.match(location ?? '', /^\/[0-9a-f]{32}$/);
  assert.doesNotMatch(muster.log.lines.join('\n'), /horse/);
});

test('where nobody may make tokens, the page says so, and offers no button', async () => {
  await using muster = await startMuster({ args: ['--create', 'admin'] });
  const home = await (await fetch(`${muster.url}/`, { headers: AS_BROWSER })).text();
  assert.match(
    home,
    /The operator of this service can allow it with <code class="typed">--admin-token-file<\/code>/,
  );
  assert.match(home, /<button type="submit" disabled>/);
  assert.doesNotMatch(home, /adminToken/);
  assert.equal((await send(muster, { size: '3' })).status, 403);
});

test('too many new tokens are refused, with when to come back', async () => {
  await using muster = await startMuster({ args: ['--new-per-minute', '1'] });
  assert.equal((await send(muster, { size: '3' })).status, 303);
  const { status, retryAfter, body } = await send(muster, { size: '3' });
  assert.equal(status, 429);
  assert(Number(retryAfter) > 0);
  assert.match(body, /Too many new tokens from this address\./);
});

test('behind a public URL, forms of its pages are taken, and the pages spell the token with it', async () => {
  await using muster = await startMuster({ args: ['--public-url', 'https://discovery.example'] });
  const { status, location } = await send(muster, { size: '3' }, { origin: 'https://discovery.example' });
  assert.equal(status, 303);
  const page = await (await fetch(`${muster.url}${location}`, { headers: AS_BROWSER })).text();
  assert(page.includes(`https://discovery.example${location}`));
  assert(!page.includes(`${muster.url}${location}`));
});
