import assert from 'node:assert/strict';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { BrowserContextOptions } from 'playwright-core';
import { findBarriers } from '../support/accessibility.ts';
import { type Chromium, startChromium } from '../support/chromium.ts';
import { missingPeers } from '../support/peers.ts';
import { repositoryRoot } from '../support/repository.ts';
import { STATE_NAMES, type StateName, type States, startStates } from './states.ts';
import { openWatchedPage, type WatchedPage } from './watched-page.ts';

const skip = missingPeers('chromium');
const options = { skip, timeout: 120_000 };

/** What is looked at in each state: both colour schemes, and a small phone. */
const VIEWS = {
  light: { viewport: { width: 1200, height: 860 }, colorScheme: 'light' },
  dark: { viewport: { width: 1200, height: 860 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 720 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
} satisfies Readonly<Record<string, BrowserContextOptions>>;

/** With MUSTER_SCREENSHOTS=1, the pictures of docs/pages.md are taken anew. */
const { MUSTER_SCREENSHOTS } = process.env;
const takesPictures = MUSTER_SCREENSHOTS === '1';
const PICTURED: readonly StateName[] = ['home', 'open', 'stuck', 'complete', 'expired'];
const PICTURE_MAX_BYTES = 150_000;

let states: States;
let chromium: Chromium;
before(async () => {
  if (skip !== false) return;
  states = await startStates();
  chromium = await startChromium();
});
after(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await states?.[Symbol.asyncDispose]();
});

async function open(name: StateName, view: BrowserContextOptions = {}): Promise<WatchedPage> {
  const watched = await openWatchedPage(chromium.browser, states.muster.url, view);
  await watched.page.goto(`${states.muster.url}${states.paths.get(name)}`);
  return watched;
}

for (const [viewName, view] of Object.entries(VIEWS)) {
  describe(`in the view "${viewName}"`, () => {
    for (const name of STATE_NAMES) {
      test(`the page "${name}" has no barrier, no overflow, and makes no complaint`, options, async () => {
        await using watched = await open(name, view);
        const { page } = watched;
        assert.deepEqual(await findBarriers(page), []);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.equal(overflow, 0, 'pixels beyond the right edge');
        // With all that can be opened open.
        await page.evaluate(
          'for (const details of document.querySelectorAll("details")) details.open = true',
        );
        assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
        assert.deepEqual(await findBarriers(page), []);
        watched.assertQuiet();
      });
    }
  });
}

test('states and severities are told in words', options, async () => {
  for (const [name, words] of [
    ['open', 'Open'],
    ['complete', 'Complete'],
    ['expired', 'Expired'],
  ] as const) {
    await using watched = await open(name);
    assert.equal(await watched.page.locator('.badge').textContent(), words);
  }
  await using watched = await open('stuck');
  const labels = await watched.page.locator('.finding .label').allTextContents();
  assert.match(labels.join(), /Problem.*Warning.*Note/s);
  assert.match((await watched.page.locator('.finding').first().textContent()) ?? '', /loopback/);
});

test(
  'everything on the pages is reached with the keyboard, and seen where the focus is',
  options,
  async () => {
    for (const name of ['home', 'open', 'stuck', 'complete'] as const) {
      await using watched = await open(name);
      const { page } = watched;
      const count = await page.evaluate<number>(
        `[...document.querySelectorAll('a, button, select, summary, pre, input')].filter((element) =>
        element.checkVisibility() && !(element.type === 'radio' && !element.checked)).length`,
      );
      const seen = new Set<string>();
      for (let step = 0; step < count; step++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate<{ path: string; outline: string }>(
          `(() => {
          const element = document.activeElement;
          const all = [...document.querySelectorAll('*')];
          const shown = element.type === 'radio' ? element.nextElementSibling : element;
          return { path: String(all.indexOf(element)), outline: getComputedStyle(shown).outlineStyle };
        })()`,
        );
        assert.notEqual(focused.outline, 'none', `${name}, after ${step + 1} tabs`);
        seen.add(focused.path);
      }
      assert.equal(seen.size, count, name);
    }
  },
);

test('a token is made with the keyboard alone', options, async () => {
  await using watched = await open('home');
  const { page } = watched;
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.id'), 'size-3');
  await page.keyboard.press('ArrowRight');
  assert(await page.locator('#size-5').isChecked());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '0 of 5 members have registered' }).waitFor();
});

test('what is to be taken along is copied, over plain HTTP too', options, async () => {
  await using watched = await open('complete');
  const { page } = watched;
  await page.getByRole('button', { name: 'Copy: discovery URL' }).click();
  await page.getByRole('button', { name: 'Copy: discovery URL' }).getByText('Copied').waitFor();
  await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
  const button = page.getByRole('button', { name: 'Copy: initial cluster' });
  await button.click();
  await button.getByText('Copied').waitFor();
  const expected = await page.locator('#initial-cluster').textContent();
  assert.equal(await page.evaluate('getSelection().toString()'), expected);
});

test(
  'another version and another place change the lines at once, and the address with them',
  options,
  async () => {
    await using watched = await open('open');
    const { page } = watched;
    await page.locator('#choice-etcd').selectOption('3.5');
    const shown = page.locator('.files pre');
    await shown.filter({ hasText: '--discovery=http' }).waitFor();
    await page.locator('#choice-platform').selectOption('butane-flatcar');
    await page.locator('#choice-cloud').selectOption('gce');
    await shown.filter({ hasText: 'COREOS_GCE_IP_LOCAL_0' }).waitFor();
    assert.equal(new URL(page.url()).search, '?etcd=3.5&platform=butane-flatcar&cloud=gce');
    await page.reload();
    assert.equal(await page.locator('#choice-cloud').inputValue(), 'gce');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Download/ }).click(),
    ]);
    assert.equal(await readFile(await file.path(), 'utf8'), await shown.textContent());
    // What a version cannot be started as is told, and cannot be chosen.
    await page.locator('#choice-platform').selectOption('clc');
    await shown.filter({ hasText: 'discovery' }).waitFor();
    await page.locator('#choice-etcd').selectOption('3.7');
    await page.getByText('Container Linux Config has no words for the v3 discovery of etcd 3.7.').waitFor();
    assert(await page.locator('#choice-platform option[value="clc"]').isDisabled());
    watched.assertQuiet();
  },
);

test('nothing moves for those who asked for that, and paper gets no buttons', options, async () => {
  await using watched = await open('open', { reducedMotion: 'reduce' });
  const { page } = watched;
  await page.evaluate(`document.querySelector('.member').classList.add('arrived')`);
  const animation = `getComputedStyle(document.querySelector('.member')).animationName`;
  assert.equal(await page.evaluate(animation), 'none');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.equal(await page.evaluate(animation), 'arrive');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.copy').first().isVisible(), false);
  assert.equal(await page.locator('.roll').isVisible(), true);
});

test('the pictures of the documentation', { ...options, skip: skip || !takesPictures }, async () => {
  const folder = `${repositoryRoot}docs/screenshots`;
  await mkdir(folder, { recursive: true });
  for (const [viewName, view] of Object.entries(VIEWS)) {
    for (const name of PICTURED) {
      await using watched = await open(name, view);
      const path = `${folder}/${name}-${viewName}.png`;
      await watched.page.screenshot({ path });
      assert((await stat(path)).size < PICTURE_MAX_BYTES, path);
    }
  }
});
