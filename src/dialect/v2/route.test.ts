import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, type Route } from './route.ts';

const T = '7e7c63d11e3a4274b61db412494faacb';
const registry: Route = { kind: 'registry', token: T };
const config: Route = { kind: 'config', token: T };
const size: Route = { kind: 'size', token: T };
const state: Route = { kind: 'state', token: T };
const member = (memberId: string): Route => ({ kind: 'member', token: T, memberId });

const NAMED: readonly [what: string, path: string, route: Route][] = [
  ['3.1: /new', '/new', { kind: 'new' }],
  ['3.1: a token', `/${T}`, registry],
  ['1.6, 6.12: a token with a slash, which is a list and watch target', `/${T}/`, registry],
  ['1.6, 1.7, 6.12: the doubled slash of etcd 0.4', `//${T}/z1`, member('z1')],
  ['1.6: slashes anywhere', `//a/../${T}//`.replace('/a/..', ''), registry],
  ['1.6: /v2/keys/_etcd/registry', `/v2/keys/_etcd/registry/${T}`, registry],
  ['1.7: a 0.4 machine below /v2/keys', `/v2/keys/_etcd/registry/${T}/z1`, member('z1')],
  ['1.2: the size below /v2/keys', `/v2/keys/_etcd/registry/${T}/_config/size`, size],
  ['1.2: the prefix of the keys shown', `/_etcd/registry/${T}/_state`, state],
  ['1.6, 2.1: %2F as a slash', `/v2/keys/_etcd%2Fregistry%2f${T}%2Fz1`, member('z1')],
  ['1.2: the size', `/${T}/_config/size`, size],
  ['3.1: the folder of the size', `/${T}/_config`, config],
  ['3.1: the folder of the size with a slash', `/${T}/_config/`, config],
  ['1.7: the election', `/${T}/_state`, state],
  ['1.1: a member', `/${T}/e924a8cc55f3a1a0`, member('e924a8cc55f3a1a0')],
  ['1.1, 6.11: a member of 15 digits', `/${T}/9953b9025df93e0`, member('9953b9025df93e0')],
  ['1.7, 6.11: a machine name with escapes', `/${T}/my%20machine%3F`, member('my machine?')],
  ['1.7, 6.11: a machine name in UTF-8', `/${T}/%C3%A9t%C3%A9`, member('été')],
  ['a plus in a path as itself', `/${T}/a+b`, member('a+b')],
  ['NUL in an id, which nobody can have registered', `/${T}/%00`, member('\u0000')],
  ['.. as an id, which nobody can have registered', `/${T}/..`, member('..')],
];

for (const [what, path, route] of NAMED) {
  test(`protocol ${what}`, () => assert.deepEqual(parseRoute(path), route));
}

const NOTHING: readonly [what: string, path: string, reason: RegExp][] = [
  ['1.6: no path', '/', /"" is not a token/],
  ['1.6: no path, asked for its size', '/_config/size', /"_config" is not a token/],
  ['3.1: a token in upper case', `/${T.toUpperCase()}`, /is not a token/],
  ['3.1: a short token', `/${T.slice(1)}`, /is not a token/],
  ['3.1: a long token', `/${T}0`, /is not a token/],
  ['3.1: a token with NUL', `/${T}%00`, /is not a token/],
  ['1.6: a path that leads up', `/a/../${T}`, /"a" is not a token/],
  ['1.6: a path that leads out', `/../../etc/passwd`, /is not a token/],
  ['1.6: an escaped path that leads out', `/%2e%2e%2f${T}`, /".." is not a token/],
  ['3.1: folders below a token', `/${T}/a/b`, /no folders/],
  ['1.5: the folder of v3 members', `/${T}/members/e924a8cc55f3a1a0`, /no folders/],
  ['design 4: settings of Muster', `/${T}/_config/token`, /no folders/],
  ['design 4: notes of Muster', `/${T}/_config/notes/_state`, /no folders/],
  ['design 4: below the size', `/${T}/_config/size/x`, /no folders/],
  ['2.1: other keys below /v2/keys', '/v2/keys/foo', /only keys below/],
  ['2.1: all keys', '/v2/keys', /only keys below/],
  ['2.1: all registries', '/v2/keys/_etcd/registry', /"" is not a token/],
  ['2.1: below another folder', `/_etcd/other/${T}`, /only keys below/],
  ['2.4: a bad escape', `/${T}/%zz`, /bad escape/],
  ['2.4: an escape that ends early', `/${T}/%4`, /bad escape/],
  ['2.4: escapes that are not UTF-8', `/${T}/%ff`, /bad escape/],
];

for (const [what, path, reason] of NOTHING) {
  test(`protocol ${what} names nothing`, () => {
    const route = parseRoute(path);
    assert.ok(route.kind === 'none', route.kind);
    assert.match(route.reason, reason);
    assert.notEqual(route.remedy, '');
  });
}

test('a long wrong token is not repeated whole', () => {
  const route = parseRoute(`/${'x'.repeat(10_000)}`);
  assert.ok(route.kind === 'none' && route.reason.length < 100);
});
