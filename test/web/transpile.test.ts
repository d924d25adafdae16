import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { transpile } from '../../src/transpile/public.ts';
import { type Chromium, startChromium } from '../support/chromium.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { AS_BROWSER, ask, headerOf } from './browser-requests.ts';
import { openWatchedPage, type WatchedPage } from './watched-page.ts';

const skip = missingPeers('chromium');
const options = { skip, timeout: 120_000 };

let muster: Muster;
let chromium: Chromium;
before(async () => {
  muster = await startMuster();
  if (skip === false) chromium = await startChromium();
});
after(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await muster?.[Symbol.asyncDispose]();
});

async function open(): Promise<WatchedPage> {
  const watched = await openWatchedPage(chromium.browser, muster.url);
  await watched.page.goto(`${muster.url}/transpile`);
  await watched.page.waitForSelector('.transpiler[data-state]');
  return watched;
}

/** Waits until the page says of what was written. */
async function write(page: Page, config: string, verdict: RegExp): Promise<void> {
  await page.fill('#config', config);
  await page.locator('#verdict', { hasText: verdict }).waitFor();
}

const BAD = `storage:
  files:
    - path: /ok
      mode: 0644
    - path: 🦊etc/issue
      mode: 0640
`;

test(
  'what is written becomes what the command makes of it, for each platform and output',
  options,
  async () => {
    await using watched = await open();
    const { page } = watched;
    const config = 'etcd: {version: 3.7.0, name: "{HOSTNAME}", discovery: "http://10.0.0.5:8087/<token>"}\n';
    const result = page.locator('#result');
    await page.fill('#config', config);
    await page.locator('#result', { hasText: 'ETCD_IMAGE_TAG=v3.7.0' }).waitFor();
    assert.equal(await result.textContent(), transpile(config, { platform: 'ec2', pretty: true }).output);
    await page.selectOption('#platform', 'gce');
    await page.selectOption('#output', 'butane');
    await page.locator('#result', { hasText: 'COREOS_GCE_HOSTNAME' }).waitFor();
    assert.equal(await result.textContent(), transpile(config, { platform: 'gce', to: 'butane' }).output);
    // What muster lint knows is told too.
    const found = await page.locator('#report .message').allTextContents();
    assert(found.some((message) => message.startsWith('discovery still has a place holder for the token.')));
    watched.assertQuiet();
  },
);

test('what is wrong is told with its line marked, and leads to it', options, async () => {
  await using watched = await open();
  const { page } = watched;
  await write(page, BAD, /^There is no result: 1 error\.$/);
  const entry = page.locator('#report li');
  assert.equal(await entry.locator('.message').textContent(), 'path not absolute');
  assert.equal(await entry.locator('mark').textContent(), '🦊etc/issue');
  assert.match((await entry.locator('.marked').textContent()) ?? '', /^5 +- path: 🦊etc\/issue/);
  await entry.locator('.place').click();
  const selected = await page.evaluate('config.value.slice(config.selectionStart, config.selectionEnd)');
  assert.equal(selected, '    - path: 🦊etc/issue');
  assert.equal(await page.locator('#result').textContent(), '');
  watched.assertQuiet();
});

test('markup in a configuration is text on the page', options, async () => {
  await using watched = await open();
  const { page } = watched;
  await page.fill('#config', '<img src=x onerror=alert(1)>: {}\n');
  await page.locator('#report .message', { hasText: 'unrecognized key' }).waitFor();
  assert.equal(await page.locator('#report img').count(), 0);
  assert.match((await page.locator('#report .message').first().textContent()) ?? '', /<img src=x/);
  watched.assertQuiet();
});

test('mount paths are taken for Ignition 3', options, async () => {
  await using watched = await open();
  const { page } = watched;
  await page.selectOption('#output', '3.3.0');
  await write(page, 'storage: {files: [{filesystem: data, path: /a, mode: 0644}]}\n', /There is no result/);
  await page.fill('#mounts', 'data=/srv/data');
  await page.locator('#verdict', { hasText: /It is transpiled/ }).waitFor();
  assert.match((await page.locator('#result').textContent()) ?? '', /"path": "\/srv\/data\/a"/);
});

test('once the page is there, nothing is asked of the service any more', options, async () => {
  await using watched = await open();
  const { page } = watched;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.context().setOffline(true);
  await write(page, BAD, /There is no result/);
  await write(page, 'docker: {}\n', /It is transpiled/);
  await page.selectOption('#output', 'butane');
  await page.locator('#result', { hasText: 'variant: flatcar' }).waitFor();
  assert.deepEqual(asked, []);
});

test('the page is strict, and its modules are kept for good', async () => {
  const page = await ask(`${muster.url}/transpile`, AS_BROWSER);
  assert.equal(page.status, 200);
  const policy = headerOf(page, 'content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self';/);
  const modules = [...page.body.matchAll(/<link rel="modulepreload" href="([^"]+)">/g)].map(
    ([, path]) => path,
  );
  assert(modules.length > 50);
  const entry = modules.find((path) => path?.endsWith('/public.js'));
  const module = await ask(`${muster.url}${entry}`);
  assert.deepEqual(
    [module.status, headerOf(module, 'content-type'), headerOf(module, 'cache-control')],
    [200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  );
  assert.equal(
    `${module.body}//# sourceMappingURL=public.js.map`.trim(),
    readFileSync(new URL('../../src/transpile/public.js', import.meta.url), 'utf8').trim(),
  );
  for (const path of [
    '/-/transpile.000000000000/public.js',
    `${entry}/../../../../package.json`,
    `${entry}.map`,
  ])
    assert.equal((await ask(`${muster.url}${path}`)).status, 404, path);
});
