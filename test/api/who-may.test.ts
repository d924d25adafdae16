import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { ask, makeToken } from './api.ts';

const ADMIN = 'an admin token of a test';
const DAY = 86_400;

test('where only the operator makes tokens, the API asks for the admin token, which manages any of them', async () => {
  await using dir = await createTempDir();
  const file = `${dir.path}/admin`;
  const secret = ADMIN.replaceAll(' ', '-');
  writeFileSync(file, secret);
  await using muster = await startMuster({ args: ['--create', 'admin', '--admin-token-file', file] });
  const request = { method: 'POST', path: '/v1/tokens', body: { size: 3 } };
  const nobody = await ask(muster.url, request);
  assert.equal(nobody.status, 401);
  assert.equal(nobody.headers['www-authenticate'], 'Bearer');
  assert.equal((await ask(muster.url, { ...request, secret: 'another' })).status, 403);
  const made = await ask(muster.url, { ...request, secret });
  assert.equal(made.status, 201);
  const { token } = made.value as { token: string };
  const path = `/v1/tokens/${token}`;
  assert.equal(
    (await ask(muster.url, { method: 'PATCH', path, body: { ttlSeconds: 30 * DAY }, secret })).status,
    200,
  );
  assert.equal((await ask(muster.url, { method: 'DELETE', path, secret })).status, 204);
});

test('new tokens are limited, with /new and over the API together', async () => {
  await using muster = await startMuster({ args: ['--new-per-minute', '3'] });
  await newDiscoveryUrl(muster.url, 3);
  await makeToken(muster.url);
  await makeToken(muster.url);
  const { status, headers, value } = await ask(muster.url, {
    method: 'POST',
    path: '/v1/tokens',
    body: { size: 3 },
  });
  assert.equal(status, 429);
  assert(Number(headers['retry-after']) > 0);
  assert.equal((value as { code: string }).code, 'rate-limited');
});

test('a token of /new has no management secret: only the operator revokes it', async () => {
  await using muster = await startMuster();
  const { pathname } = new URL(await newDiscoveryUrl(muster.url, 3));
  const { status, text } = await ask(muster.url, {
    method: 'DELETE',
    path: `/v1/tokens${pathname}`,
    secret: 'mine',
  });
  assert.equal(status, 403);
  assert.match(text, /without a management secret/);
});

test('tokens, their ends and their secrets outlive a restart', async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster({ store: `lmdb:${dir.path}/data` });
  const { token, managementSecret } = await makeToken(muster.url, { size: 3, ttlSeconds: DAY });
  const path = `/v1/tokens/${token}`;
  const patch = { method: 'PATCH', path, body: { ttlSeconds: 3 * DAY }, secret: managementSecret };
  const { expiresAt } = (await ask(muster.url, patch)).value as { expiresAt: string };
  await muster.kill9();
  await muster.restart();
  assert.equal(((await ask(muster.url, { path })).value as { expiresAt: string }).expiresAt, expiresAt);
  assert.equal((await ask(muster.url, { method: 'DELETE', path, secret: managementSecret })).status, 204);
});
