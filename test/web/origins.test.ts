import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type Chromium, startChromium } from '../support/chromium.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa } from '../support/test-ca.ts';
import { openWatchedPage, type WatchedPage } from './watched-page.ts';

const skip = missingPeers('chromium');
const options = { skip, timeout: 60_000 };

let chromium: Chromium;
before(async () => {
  if (skip === false) chromium = await startChromium();
});
after(async () => {
  await chromium?.[Symbol.asyncDispose]();
});

async function makeToken({ page }: WatchedPage, origin: string): Promise<void> {
  await page.goto(`${origin}/`);
  await page.getByRole('button', { name: 'Make a token' }).click();
  await page.getByRole('heading', { name: '0 of 3 members have registered' }).waitFor();
  assert.equal(new URL(page.url()).origin, origin);
  assert.equal(await page.locator('#url').textContent(), page.url());
}

test(
  'a token is made and followed over plain HTTP under a name, where browsers say less of a form',
  options,
  async () => {
    await using muster = await startMuster({ args: ['--create', 'open'] });
    const origin = 'http://discovery.example:8087';
    // The service stands in for the proxy that a browser asks for every name: it takes whole URLs too.
    const proxy = { server: muster.url };
    await using watched = await openWatchedPage(chromium.browser, origin, { proxy });
    const { page } = watched;
    const form = page.waitForRequest((request) => request.method() === 'POST');
    await makeToken(watched, origin);
    const { origin: told, 'sec-fetch-site': site } = await (await form).allHeaders();
    assert.equal(site, undefined);
    assert.equal(told, origin);
    const body = new URLSearchParams({ value: 'n1=http://10.0.0.1:2380' });
    await fetch(`${muster.url}${new URL(page.url()).pathname}/e924a8cc55f3a1a0`, { method: 'PUT', body });
    await page.locator('[data-member="n1"]').waitFor();
    const button = page.getByRole('button', { name: 'Copy: discovery URL' });
    await button.click();
    await button.getByText('Copied').waitFor();
    watched.assertQuiet();
  },
);

test('a token is made over TLS', options, async () => {
  await using dir = await createTempDir();
  const ca = new TestCa('CA of the pages');
  const { cert, key } = ca.issue('muster', ['127.0.0.1']);
  await writeFile(`${dir.path}/cert.pem`, cert);
  await writeFile(`${dir.path}/key.pem`, key, { mode: 0o600 });
  const args = ['--tls-cert', `${dir.path}/cert.pem`, '--tls-key', `${dir.path}/key.pem`];
  await using muster = await startMuster({ args, ca: ca.cert });
  await using watched = await openWatchedPage(chromium.browser, muster.url, { ignoreHTTPSErrors: true });
  await makeToken(watched, muster.url);
  watched.assertQuiet();
});

test('a form that a page of another site sends from the same browser makes no token', options, async () => {
  await using muster = await startMuster();
  await using page = await chromium.browser.newPage();
  await page.route('http://127.0.0.99/', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<form method="post" action="${muster.url}/-/new"><input name="size" value="3"><input name="ttl" value="3600"><button>Go</button></form>`,
    }),
  );
  await page.goto('http://127.0.0.99/');
  await page.getByRole('button').click();
  await page.getByText('This form was not sent by a page of this service.').waitFor();
});
