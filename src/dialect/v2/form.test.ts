import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from './errors.ts';
import { mergeForms, parseForm } from './form.ts';

const GOOD: readonly [text: string, form: Readonly<Record<string, string>>][] = [
  ['', {}],
  ['value=n1%3Dhttp%3A%2F%2F127.0.0.11%3A2380', { value: 'n1=http://127.0.0.11:2380' }],
  ['ttl=604800&value=http%3A%2F%2Flocalhost%3A17001', { ttl: '604800', value: 'http://localhost:17001' }],
  ['a=1+2%2B3', { a: '1 2+3' }],
  ['a+b=1', { 'a b': '1' }],
  ['a%3Db=1', { 'a=b': '1' }],
  ['a=1&a=2', { a: '1' }],
  ['a=b=c', { a: 'b=c' }],
  ['a', { a: '' }],
  ['=x', { '': 'x' }],
  ['&&a=1&', { a: '1' }],
  ['a=%E2%82%AC', { a: '€' }],
  ['a=%3B', { a: ';' }],
  ['__proto__=1', Object.fromEntries([['__proto__', '1']])],
];

for (const [text, form] of GOOD) {
  test(`protocol 2.1, 6.14: parseForm reads "${text}"`, () => {
    assert.deepEqual([...parseForm(text)], Object.entries(form));
  });
}

const BAD: readonly [text: string, cause: string][] = [
  ['a=%', 'invalid URL escape "%"'],
  ['a=%4', 'invalid URL escape "%4"'],
  ['a=%zz1', 'invalid URL escape "%zz"'],
  ['a=%+1', 'invalid URL escape "%+1"'],
  ['%g=1', 'invalid URL escape "%g"'],
  ['a=1;b=2', 'invalid semicolon separator in query'],
  ['a=%ff', 'text is not UTF-8'],
];

for (const [text, cause] of BAD) {
  test(`protocol 2.1, 2.4: parseForm refuses "${text}" with code 210`, () => {
    assert.throws(
      () => parseForm(text),
      (error) => error instanceof RequestError && error.errorCode === 210 && error.message === cause,
    );
  });
}

test('protocol 2.1: mergeForms lets the body win over the query', () => {
  const body = parseForm('prevExist=true');
  const query = parseForm('prevExist=false&key=a%2Fb');
  assert.deepEqual(Object.fromEntries(mergeForms(body, query)), { prevExist: 'true', key: 'a/b' });
  assert.equal(mergeForms(body, parseForm('')), body);
  assert.equal(mergeForms(parseForm(''), query), query);
});
