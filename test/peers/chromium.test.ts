import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { test } from 'node:test';
import { findBarriers } from '../support/accessibility.ts';
import { startChromium } from '../support/chromium.ts';
import { missingPeers, peerVersion } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { TestCa } from '../support/test-ca.ts';

const options = { skip: missingPeers('chromium'), timeout: 60_000 };

const PAGE = `<!doctype html>
<html lang="en">
  <title>A page</title>
  <style>@media (prefers-color-scheme: dark) { body { background: rgb(1, 2, 3) } }</style>
  <p id="said">Without scripts</p>
  <script>document.getElementById('said').textContent = 'Six times seven is ' + 6 * 7</script>
</html>`;

const answer: RequestListener = (_request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
};

/** Makes a server listen; it ends, with its connections, when disposed of. */
async function listen(
  server: Server,
  address = '127.0.0.1',
): Promise<AsyncDisposable & { readonly host: string }> {
  const port = await freePort(address);
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { host: `${address}:${port}`, [Symbol.asyncDispose]: close };
}

test('the browser is the one that was fetched', options, async () => {
  await using chromium = await startChromium();
  assert.equal(chromium.browser.version(), peerVersion('chromium'));
});

test('its processes have ended when it was disposed of', options, async () => {
  const chromium = await startChromium();
  const session = await chromium.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  assert.ok(processInfo.some(({ type }) => type === 'browser'));
  await chromium[Symbol.asyncDispose]();
  for (const { id } of processInfo) assert.throws(() => process.kill(id, 0), { code: 'ESRCH' });
});

for (const address of ['127.0.0.1', '127.0.0.11', 'localhost']) {
  test(`a page from ${address} is shown, and its scripts run`, options, async () => {
    await using chromium = await startChromium();
    await using server = await listen(createServer(answer), address);
    await using page = await chromium.browser.newPage();
    await page.goto(`http://${server.host}/`);
    assert.equal(await page.title(), 'A page');
    assert.equal(await page.textContent('#said'), 'Six times seven is 42');
  });
}

test('a page without scripts can be had', options, async () => {
  await using chromium = await startChromium();
  await using server = await listen(createServer(answer));
  await using page = await chromium.browser.newPage({ javaScriptEnabled: false });
  await page.goto(`http://${server.host}/`);
  assert.equal(await page.textContent('#said'), 'Without scripts');
});

test('a certificate of an unknown authority is refused, unless the test asks for it', options, async () => {
  await using chromium = await startChromium();
  const pair = new TestCa('An authority that no browser knows').issue('server', ['127.0.0.1']);
  await using server = await listen(createTlsServer(pair, answer));
  await using strict = await chromium.browser.newPage();
  await assert.rejects(strict.goto(`https://${server.host}/`), /ERR_CERT_AUTHORITY_INVALID/);
  await using lenient = await chromium.browser.newPage({ ignoreHTTPSErrors: true });
  const response = await lenient.goto(`https://${server.host}/`);
  assert.equal((await response?.securityDetails())?.issuer, 'An authority that no browser knows');
  assert.equal(await lenient.textContent('#said'), 'Six times seven is 42');
});

test('names and addresses beyond the machine are not found', options, async () => {
  await using chromium = await startChromium();
  await using page = await chromium.browser.newPage();
  for (const url of ['http://muster.example/', 'http://192.0.2.1/'])
    await assert.rejects(page.goto(url), /ERR_NAME_NOT_RESOLVED/);
});

test('the dark and the light colour scheme can both be asked for', options, async () => {
  await using chromium = await startChromium();
  await using page = await chromium.browser.newPage({ colorScheme: 'dark' });
  await page.setContent(PAGE);
  const background = 'getComputedStyle(document.body).backgroundColor';
  assert.equal(await page.evaluate(background), 'rgb(1, 2, 3)');
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await page.evaluate(background), 'rgba(0, 0, 0, 0)');
});

/** Evaluated in pages: a drawing context whose canvas is as large as one sign. */
const CONTEXT = `Object.assign(document.createElement('canvas'), { width: 60, height: 60 }).getContext('2d')`;

test('text is set in the fonts that came with the browser', options, async () => {
  await using chromium = await startChromium();
  await using page = await chromium.browser.newPage();
  // At 2048 pixels, one pixel is one unit of the font.
  const widthIn = (font: string): Promise<number> =>
    page.evaluate(`Object.assign(${CONTEXT}, { font: '${font}' }).measureText('Muster').width`);
  const letters = [1706, 1139, 1024, 569, 1139, 682];
  const width = letters.reduce((sum, advance) => sum + advance);
  assert.equal(await widthIn('2048px sans-serif'), width);
  assert.equal(await widthIn('2048px system-ui'), width);
  assert.equal(await widthIn('2048px monospace'), letters.length * 1229);
  assert.ok((await widthIn('bold 2048px sans-serif')) > width);
});

test('letters, arrows and signs have shapes, not the box of a missing one', options, async () => {
  await using chromium = await startChromium();
  await using page = await chromium.browser.newPage();
  const draw = (sign: string): Promise<string> =>
    page.evaluate(`(() => {
      const context = Object.assign(${CONTEXT}, { font: '40px sans-serif' });
      context.fillText('${sign}', 5, 45);
      return context.canvas.toDataURL();
    })()`);
  const missing = await draw('\u{10fffd}');
  for (const sign of 'Mé…Ω→✓✗⚠●') assert.notEqual(await draw(sign), missing, sign);
});

test('what keeps people from using a page is found', options, async () => {
  await using chromium = await startChromium();
  await using page = await chromium.browser.newPage();
  const policy = `<meta http-equiv="content-security-policy" content="script-src 'none'">`;
  const beginning = `<!doctype html><html lang="en"><title>A page</title>${policy}`;
  await page.setContent(`${beginning}<p>Easy to read</p></html>`);
  assert.deepEqual(await findBarriers(page), []);
  await page.setContent(`${beginning}<p id="pale" style="color: #ccc">Hard to read</p></html>`);
  const [found, ...more] = await findBarriers(page);
  assert.match(found ?? '', /^color-contrast: .+ \(#pale\)$/);
  assert.deepEqual(more, []);
});
