import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemberValue } from './member-value.ts';

const named = (name: string, ...peerUrls: string[]): object => ({ form: 'named', name, peerUrls });
const bare = (url: string): object => ({ form: 'bare', url });

const CASES: readonly [what: string, text: string, value: object | undefined][] = [
  ['one URL', 'n1=http://10.0.0.1:2380', named('n1', 'http://10.0.0.1:2380')],
  ['several URLs', 'mm=http://a:1,mm=http://b:2', named('mm', 'http://a:1', 'http://b:2')],
  ['empty pieces, which are skipped', ',n1=http://a:1,,', named('n1', 'http://a:1')],
  ["'=' in the query of a named URL", 'n1=http://a:1?x=y', named('n1', 'http://a:1?x=y')],
  ['a name with dots and dashes', 'host-1.example=http://a:1', named('host-1.example', 'http://a:1')],
  ['a name without a URL, which the guard refuses', 'n1=', named('n1', '')],
  ['a bare URL of etcd 0.4', 'http://localhost:17001', bare('http://localhost:17001')],
  ['a bare URL with a slash', 'http://10.0.0.1:7001/', bare('http://10.0.0.1:7001/')],
  ['a bare host:port of older documents', '10.0.0.1:7001', bare('10.0.0.1:7001')],
  ['a bare IPv6 URL', 'http://[::1]:7001', bare('http://[::1]:7001')],
  ['a bare URL with "=" in a query', 'http://a:1?x=y', undefined],
  ['two names', 'n1=http://a:1,n2=http://b:2', undefined],
  ['a name, then none', 'n1=http://a:1,http://b:2', undefined],
  ['no name before the equals sign', '=http://a:1', undefined],
  ['a bare URL without a port', 'http://a', undefined],
  ['two bare URLs', 'http://a:1,http://b:2', undefined],
  ['plain words', 'started', undefined],
  ['nothing', '', undefined],
  ['commas only', ',,', undefined],
  ['NUL', '\u0000', undefined],
];

for (const [what, text, value] of CASES) {
  test(`protocol 1.1: parseMemberValue reads ${what}`, () => {
    assert.deepEqual(parseMemberValue(text), value);
  });
}
