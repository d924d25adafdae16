import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { type Chromium, startChromium } from '../support/chromium.ts';
import { startMember } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { openWatchedPage } from './watched-page.ts';

const skip = missingPeers('chromium', 'etcd-3.5', 'etcd-3.6');
const options = { skip, timeout: 120_000 };

let muster: Muster;
let chromium: Chromium;
before(async () => {
  if (skip !== false) return;
  muster = await startMuster();
  chromium = await startChromium();
});
after(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await muster?.[Symbol.asyncDispose]();
});

async function register(url: string, n: number): Promise<void> {
  const body = new URLSearchParams({ value: `n${n}=http://10.0.0.${n}:2380` });
  const response = await fetch(`${url}/e924a8cc55f3a1a${n}`, { method: 'PUT', body });
  assert.equal(response.status, 201, await response.text());
}

test(
  'a token is made on the home page, and its page follows real members to the complete cluster',
  options,
  async () => {
    await using dir = await createTempDir();
    await using watched = await openWatchedPage(chromium.browser, muster.url);
    const { page } = watched;
    await page.goto(`${muster.url}/`);
    await page.locator('#size-3').check();
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByRole('heading', { name: '0 of 3 members have registered' }).waitFor();
    const url = page.url();
    assert.match(url, new RegExp(`^${muster.url}/[0-9a-f]{32}$`));
    await page.getByText('v2, as JSON over HTTP').click();
    await page.locator('#choice-platform').focus();

    await using first = await startMember({
      ...{ version: '3.5', name: 'alpha', dataDir: `${dir.path}/alpha`, address: '127.0.0.11' },
      discoveryUrl: url,
    });
    const row = page.locator('[data-member="alpha"]');
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /from\s+127\.0\.0\.1\s+over\s+v2 \(HTTP\)/);
    assert((await row.textContent())?.includes(first.peerUrl));
    assert.equal(await page.getByRole('status').textContent(), 'alpha registered, 1 of 3');
    assert.match(await page.title(), /^1\/3 · /);

    const over = { discoveryToken: { token: url, endpoints: [muster.url] } };
    await using second = await startMember({
      ...{ version: '3.6', name: 'beta', dataDir: `${dir.path}/beta`, address: '127.0.0.12' },
      ...over,
    });
    await page.getByRole('heading', { name: '2 of 3 members have registered' }).waitFor();
    assert.match((await page.locator('[data-member="beta"]').textContent()) ?? '', /over\s+v3 \(gRPC\)/);
    // What the reader opened, and where the reader was, stays.
    assert(await page.locator('details[data-key="v2"]').evaluate((details) => details.hasAttribute('open')));
    assert.equal(await page.evaluate('document.activeElement.id'), 'choice-platform');
    assert.match((await page.locator('#v2-json').textContent()) ?? '', /beta=http/);

    await using third = await startMember({
      ...{ version: '3.6', name: 'gamma', dataDir: `${dir.path}/gamma`, address: '127.0.0.13' },
      ...over,
    });
    await page.getByRole('heading', { name: 'All 3 members have registered' }).waitFor();
    const members = [first, second, third];
    assert.equal(
      await page.locator('#initial-cluster').textContent(),
      members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(','),
    );
    assert.match((await page.getByRole('status').textContent()) ?? '', /^gamma registered, 3 of 3, complete/);
    await Promise.all(members.map((member) => member.waitHealthy()));
    watched.assertQuiet();
  },
);

test('a member that etcd’s own defaults keep out is a finding on the page, at once', options, async () => {
  await using dir = await createTempDir();
  await using watched = await openWatchedPage(chromium.browser, muster.url);
  const { page } = watched;
  const url = await newDiscoveryUrl(muster.url, 3);
  await page.goto(url);
  await using _first = await startMember({
    ...{ version: '3.6', name: 'default', dataDir: `${dir.path}/1`, address: '127.0.0.11' },
    discoveryUrl: url,
  });
  await page.locator('[data-member="default"]').waitFor();
  await using second = await startMember({
    ...{ version: '3.6', name: 'default', dataDir: `${dir.path}/2`, address: '127.0.0.12' },
    discoveryUrl: url,
  });
  const finding = page.locator('[data-key="refused-registration"]');
  await finding.waitFor();
  assert.match((await finding.textContent()) ?? '', /Registrations were refused/);
  await finding.getByText('What this follows from').click();
  assert.match((await finding.locator('.evidence').textContent()) ?? '', /refused: .*default/);
  assert.equal(await page.locator('[data-member]').count(), 1);
  await second.program.stop();
  await finding.getByRole('link', { name: 'refused-registration' }).click();
  await page.locator('h2#refused-registration').waitFor();
  watched.assertQuiet();
});

test('a page goes on without events, by asking again', options, async () => {
  await using watched = await openWatchedPage(chromium.browser, muster.url);
  const { page } = watched;
  const url = await newDiscoveryUrl(muster.url, 2);
  await page.route('**/events', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto(url);
  await register(url, 1);
  await page.locator('[data-member="n1"]').waitFor();
});

test('a page comes back to its token after the service was away', options, async () => {
  await using dir = await createTempDir();
  await using own = await startMuster({ store: `lmdb:${dir.path}` });
  const url = await newDiscoveryUrl(own.url, 2);
  await using watched = await openWatchedPage(chromium.browser, own.url);
  const { page } = watched;
  await page.goto(url);
  await own.restart();
  await register(url, 1);
  await page.locator('[data-member="n1"]').waitFor();
});

test('the page of a token that is revoked says so, and asks no more', options, async () => {
  await using watched = await openWatchedPage(chromium.browser, muster.url);
  const { page } = watched;
  const made = await fetch(`${muster.url}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"size":3}',
  });
  const { token, managementSecret } = JSON.parse(await made.text());
  await page.goto(`${muster.url}/${token}`);
  const headers = { authorization: `Bearer ${managementSecret}` };
  await fetch(`${muster.url}/v1/tokens/${token}`, { method: 'DELETE', headers });
  await page.getByRole('heading', { name: 'This token was revoked' }).waitFor();
  assert.equal(await page.title(), 'This token was revoked · Muster');
  assert.equal(await page.locator('main[data-events]').count(), 0);
  watched.assertQuiet();
});

test(
  'without JavaScript, the form works, and the page loads itself again until the cluster is complete',
  options,
  async () => {
    await using watched = await openWatchedPage(chromium.browser, muster.url, { javaScriptEnabled: false });
    const { page } = watched;
    await page.goto(`${muster.url}/`);
    await page.locator('#size-1').check();
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByRole('heading', { name: '0 of 1 member has registered' }).waitFor();
    const url = page.url();
    await page.locator('#choice-etcd').selectOption('3.5');
    await page.getByRole('button', { name: 'Show' }).click();
    assert.match(
      (await page.locator('.files pre').textContent()) ?? '',
      new RegExp(`--discovery[ =]${url}( &)?$`, 'm'),
    );
    assert.equal(await page.getByRole('button', { name: /^Copy/ }).count(), 0);
    await register(url, 1);
    await page.getByRole('heading', { name: 'The one member has registered' }).waitFor();
    assert.equal(await page.locator('noscript').count(), 0);
    watched.assertQuiet();
  },
);

test(
  'a page that nobody sees keeps no connection, and knows all when it is seen again',
  options,
  async () => {
    await using watched = await openWatchedPage(chromium.browser, muster.url);
    const { page } = watched;
    const url = await newDiscoveryUrl(muster.url, 2);
    const asked = page.waitForRequest(/\/events$/);
    await page.goto(url);
    const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
    await asked;
    const hide = (isHidden: boolean): Promise<void> =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
       document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await hide(true);
    await ended;
    await register(url, 1);
    const again = page.waitForRequest(/\/events$/);
    await hide(false);
    await page.locator('[data-member="n1"]').waitFor();
    await again;
    await register(url, 2);
    await page.getByRole('heading', { name: 'All 2 members have registered' }).waitFor();
    watched.assertQuiet();
  },
);
