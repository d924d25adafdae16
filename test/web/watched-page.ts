import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page of which everything that a browser complains about is kept. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Fails where a script failed, the policy of a page was broken, or anything was asked of another service. */
  assertQuiet(): void;
}

/**
 * Opens an empty page.
 *
 * @param origin of the one service that its pages may ask
 */
export async function openWatchedPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage(options);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Pages about what is over or unknown have a status that says so.
    if (message.type() === 'error' && !/status of 4(?:04|10)\b/.test(message.text())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked ${request.url()}`);
  });
  return {
    page,
    assertQuiet: () => assert.deepEqual(complaints, []),
    [Symbol.asyncDispose]: () => page.close(),
  };
}
