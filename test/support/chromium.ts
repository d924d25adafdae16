import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';
import { peerDir } from './peers.ts';
import { createTempDir } from './temp-dir.ts';

/** A running browser. Its pages, its process and its files end when it is disposed of. */
export interface Chromium extends AsyncDisposable {
  /** `newPage` gives a page with cookies and settings of its own: language, colour scheme, size, JavaScript. */
  readonly browser: Browser;
}

const { PATH } = process.env;

/** Nothing else has a name or an address, so that no page reaches further than the machine itself. */
const LOOPBACK_ONLY = ['127.*', '::1', 'localhost', '*.localhost'].map((host) => `EXCLUDE ${host}`);

/**
 * Starts a headless browser: `await using chromium = await startChromium()`. Tests skip with
 * `missingPeers('chromium')`.
 */
export async function startChromium(): Promise<Chromium> {
  const executablePath = `${peerDir('chromium')}/chromium`;
  // Asked here, because the library leaves folders behind when there is no program to start.
  await access(executablePath, constants.X_OK);
  const dir = await createTempDir();
  try {
    const browser = await chromium.launch({
      executablePath,
      // Nothing of the caller's own: no settings, no proxies, no certificates, no language.
      env: { PATH: PATH ?? '', HOME: dir.path, TMPDIR: dir.path, LANG: 'C.UTF-8' },
      args: [`--host-resolver-rules=MAP * ~NOTFOUND, ${LOOPBACK_ONLY.join(', ')}`],
      // It ends by itself when this process is gone. Handlers of its own would keep a signal from ending this one.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const dispose = async (): Promise<void> => {
      await browser.close();
      await dir[Symbol.asyncDispose]();
    };
    return { browser, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dir[Symbol.asyncDispose]();
    throw error;
  }
}
