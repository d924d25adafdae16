import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTokenAddress } from './token-address.ts';

const T = '0123456789abcdef0123456789abcdef';

test('parseTokenAddress() finds the service before the token, also below a path and in a keys API', () => {
  const cases = [
    [`http://10.0.0.5:8087/${T}`, 'http://10.0.0.5:8087'],
    [`http://10.0.0.5:8087/${T}/`, 'http://10.0.0.5:8087'],
    [`https://user:pass@d.example/muster/${T}?x=1#y`, 'https://d.example/muster'],
    [`http://[::1]:8087/v2/keys/_etcd/registry/${T}`, 'http://[::1]:8087'],
    [`http://h/below/_etcd/registry/${T}`, 'http://h/below'],
  ];
  for (const [url = '', service = ''] of cases) {
    const address = parseTokenAddress(url);
    assert.equal(address.service, service);
    assert.equal(address.token, T);
    assert.equal(address.api.href, `${service}/v1/tokens/${T}`);
  }
});

test('parseTokenAddress() says what a discovery URL is', () => {
  for (const text of ['', T, 'ftp://h/x', 'http://', `http://h/${T}0`, 'http://h/'])
    assert.throws(() => parseTokenAddress(text), /not a discovery URL|does not end in a token/);
});
