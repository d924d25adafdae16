import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newDiscoveryUrl, tokenOf } from '../etcd/clusters.ts';
import { prepareTokens } from '../support/dated-tokens.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { AS_BROWSER, ask, headerOf } from './browser-requests.ts';

let muster: Muster;
let url: string;
before(async () => {
  muster = await startMuster();
  url = await newDiscoveryUrl(muster.url, 3);
  const body = new URLSearchParams({ value: 'n1=http://10.0.0.1:2380' });
  assert.equal((await fetch(`${url}/e924a8cc55f3a1a0`, { method: 'PUT', body })).status, 201);
});
after(() => muster[Symbol.asyncDispose]());

test('a browser gets the page of a token, and every other client the JSON', async () => {
  const page = await ask(url, AS_BROWSER);
  assert.equal(page.status, 200);
  assert.equal(headerOf(page, 'content-type'), 'text/html; charset=utf-8');
  assert.match(page.body, /<h1>1 of 3 members have registered<\/h1>/);
  const plain = await ask(url);
  assert.equal(headerOf(plain, 'content-type'), 'application/json');
  assert.equal(JSON.parse(plain.body).node.nodes.length, 1);
  for (const accept of ['*/*', 'application/json', 'text/html;q=0, */*']) {
    assert.deepEqual(await ask(url, { accept }), plain, accept);
  }
});

test('answers to other clients have no header more than those of etcd', async () => {
  const { headers } = await ask(url);
  const names = headers.filter((_, index) => index % 2 === 0);
  assert.deepEqual(
    names.filter((name) => !/^(?:Access-Control-|X-Etcd-|X-Raft-)/.test(name)),
    ['Content-Type', 'Content-Length', 'Connection'],
  );
});

test('what etcd asks of a token is JSON, whatever is accepted', async () => {
  for (const target of [
    `${url}?recursive=true`,
    `${url}?recursive=true&sorted=true`,
    `${url}?quorum=false`,
    `${url}?wait=true&waitIndex=2&recursive=true`,
    `${url}/_config/size`,
    `${url}/e924a8cc55f3a1a0`,
    `${muster.url}/v2/keys/_etcd/registry/${tokenOf(url)}`,
  ]) {
    assert.deepEqual(await ask(target, AS_BROWSER), await ask(target), target);
    assert.equal(headerOf(await ask(target, AS_BROWSER), 'content-type'), 'application/json', target);
  }
});

test('a query that is not etcd’s changes nothing for a browser', async () => {
  const { body } = await ask(`${url}?etcd=3.5&platform=trial&utm=x`, AS_BROWSER);
  assert.match(body, /<option value="3\.5" selected>/);
  assert.match(body, /for n in 1 2 3; do/);
});

test('HEAD answers as GET does, without the body', async () => {
  for (const headers of [AS_BROWSER, {}]) {
    const { status, body, headers: sent } = await ask(url, headers, 'HEAD');
    assert.equal(status, 200);
    assert.equal(body, '');
    assert(sent.includes(headers === AS_BROWSER ? 'text/html; charset=utf-8' : 'application/json'));
  }
});

test('the home page is a page for browsers, and the text that curl has always got', async () => {
  const page = await ask(`${muster.url}/`, AS_BROWSER);
  assert.match(page.body, /<form class="new" method="post" action="\/-\/new"/);
  const text = await ask(`${muster.url}/`, { accept: '*/*' });
  assert.equal(headerOf(text, 'content-type'), 'text/plain; charset=utf-8');
  assert(text.body.startsWith('Muster: cluster discovery for etcd\n\n  A new token for a cluster of 3:'));
});

test('pages are kept nowhere, framed nowhere, and tell nobody where they were', async () => {
  for (const path of [`/${tokenOf(url)}`, '/', '/-/findings', '/nonsense', `/${'0'.repeat(32)}`]) {
    const page = await ask(muster.url + path, AS_BROWSER);
    const policy = headerOf(page, 'content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "connect-src 'self'",
      "img-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      assert(policy.split('; ').includes(rule), `${path}: ${policy}`);
    }
    assert.equal(headerOf(page, 'x-content-type-options'), 'nosniff');
    assert.equal(headerOf(page, 'cache-control'), 'no-store');
    assert.match(headerOf(page, 'vary') ?? '', /^Accept\b/);
    assert.equal(headerOf(page, 'referrer-policy'), path === '/' ? 'same-origin' : 'no-referrer', path);
    assert.equal(headerOf(page, 'access-control-allow-origin'), undefined);
    assert.match(page.body, /<meta name="robots" content="noindex">/);
    assert.doesNotMatch(page.body, / style="| on\w+="| (?:src|href|action)="(?!\/(?!\/)|#)/);
  }
});

test('unknown tokens and paths that name nothing have pages with the reason', async () => {
  const unknown = await ask(`${muster.url}/${'0'.repeat(32)}`, AS_BROWSER);
  assert.equal(unknown.status, 404);
  assert.match(unknown.body, /<h1>There is no such token here<\/h1>/);
  const bad = await ask(`${muster.url}/nonsense`, AS_BROWSER);
  assert.equal(bad.status, 404);
  assert.match(bad.body, /&quot;nonsense&quot; is not a token/);
  assert.equal((await ask(`${muster.url}/-/nothing.css`)).status, 404);
});

test('tokens that are over have pages that say so', async () => {
  await using dir = await createTempDir();
  const [token = ''] = await prepareTokens(dir.path, [-60_000]);
  await using own = await startMuster({ store: `lmdb:${dir.path}` });
  const expired = await ask(`${own.url}/${token}`, AS_BROWSER);
  assert.equal(expired.status, 410);
  assert.match(expired.body, /<h1>This token has expired<\/h1>/);
  assert.match(expired.body, /<a class="button" href="\/\?size=3">/);
  assert.doesNotMatch(expired.body, /http-equiv="refresh"|data-events/);
  const plain = await ask(`${own.url}/${token}`);
  assert.equal(plain.status, 404);
  assert.equal(headerOf(plain, 'content-type'), 'application/json');
  const made = await fetch(`${own.url}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"size":1}',
  });
  const { token: revoked, managementSecret } = JSON.parse(await made.text());
  const authorization = `Bearer ${managementSecret}`;
  await fetch(`${own.url}/v1/tokens/${revoked}`, { method: 'DELETE', headers: { authorization } });
  const page = await ask(`${own.url}/${revoked}`, AS_BROWSER);
  assert.equal(page.status, 410);
  assert.match(page.body, /<h1>This token was revoked<\/h1>/);
});

test('a page that is open asks for its own main part', async () => {
  const { body } = await ask(url, { ...AS_BROWSER, 'x-muster-fragment': 'main' });
  assert.match(body, /^<main id="main" class="token"[^>]* data-state="open"[^>]*>/);
  assert(body.endsWith('</main>'));
});

test('a page shows what clients of each dialect are shown', async () => {
  const { body } = await ask(url, AS_BROWSER);
  const read = (id: string): unknown => {
    const [, text = ''] = new RegExp(`<pre id="${id}"[^>]*><code>(.*?)</code>`, 's').exec(body) ?? [];
    return JSON.parse(text.replaceAll('&quot;', '"'));
  };
  assert.deepEqual(read('v2-json'), JSON.parse((await ask(url)).body));
  const { kvs, count } = read('v3-json') as { kvs: { key: string; value: string }[]; count: number };
  const folder = `/_etcd/registry/${tokenOf(url)}`;
  assert.deepEqual(
    kvs.map(({ key, value }) => [key, value]),
    [
      [`${folder}/_config/size`, '3'],
      [`${folder}/members/e924a8cc55f3a1a0`, 'n1=http://10.0.0.1:2380'],
    ],
  );
  assert.equal(count, 2);
});

test('the first paint of a token takes one page, one style sheet and one script, below 60 kB together', async () => {
  const seven = await newDiscoveryUrl(muster.url, 7);
  for (let n = 1; n <= 7; n++) {
    const body = new URLSearchParams({ value: `member-${n}=https://member-${n}.cluster.example:2380` });
    await fetch(`${seven}/e924a8cc55f3a1a${n}`, { method: 'PUT', body });
  }
  const page = await ask(seven, AS_BROWSER);
  const scripts = [...page.body.matchAll(/<script src="([^"]+)" defer><\/script>/g)];
  const styles = [...page.body.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)];
  assert.equal(page.body.match(/<script|<link rel="stylesheet"|<style/g)?.length, 2);
  let bytes = Buffer.byteLength(page.body);
  for (const [, path = ''] of [...scripts, ...styles]) {
    assert.match(path, /^\/-\/muster\.[0-9a-f]{12}\.(?:css|js)$/);
    const file = await ask(muster.url + path);
    assert.equal(headerOf(file, 'cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(headerOf(file, 'x-content-type-options'), 'nosniff');
    bytes += Buffer.byteLength(file.body);
  }
  assert(bytes < 60_000, `${bytes} bytes`);
});
