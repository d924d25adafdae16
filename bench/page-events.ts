import type { Page } from 'playwright-core';
import { startChromium } from '../test/support/chromium.ts';
import { missingPeers } from '../test/support/peers.ts';
import { median } from './alternate.ts';
import type { Bench } from './bench.ts';
import { createToken, type Side } from './servers.ts';

const HAS_CHROMIUM = missingPeers('chromium') === false;
const SECOND_MS = 1000;

/** How long after a registration was sent it stands on a page that somebody looks at, in a real browser. */
export const benchPageEvents: Bench = async ({ quick, muster }) => {
  if (!HAS_CHROMIUM) return [];
  const side = await muster();
  await using chromium = await startChromium();
  const page = await chromium.browser.newPage();
  const times: number[] = [];
  for (let round = 0; round < (quick ? 3 : 10); round++) times.push(...(await watchOne(page, side)));
  const row = (what: string, value: number) =>
    ({
      bench: 'page-events',
      what,
      unit: 'ms',
      muster: value,
      other: undefined,
      target: { of: 'value', max: SECOND_MS },
    }) as const;
  return [
    row('PUT sent to seen on the page: median', median(times)),
    row(`the longest of ${times.length}`, Math.max(...times)),
  ];
};

/** Opens the page of a new token, registers its three members one after the other, and answers the times. */
async function watchOne(page: Page, side: Side): Promise<number[]> {
  const path = await createToken(side, 3);
  const opened = page.waitForResponse((response) => response.url().endsWith('/events'));
  await page.goto(`${side.url}${path}`);
  await opened;
  const times: number[] = [];
  for (const n of [1, 2, 3]) {
    const sentAt = performance.now();
    const body = new URLSearchParams({ value: `n${n}=http://10.0.0.${n}:2380` });
    const { status } = await fetch(`${side.url}${path}/a${n}?prevExist=false`, { method: 'PUT', body });
    if (status !== 201) throw new Error(`member n${n} was answered ${status}`);
    await page.locator(`[data-member="n${n}"]`).waitFor();
    times.push(performance.now() - sentAt);
  }
  return times;
}
