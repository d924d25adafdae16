import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptsHtml } from './accept.ts';

test('acceptsHtml is true for browsers, which name text/html', () => {
  assert(acceptsHtml('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'));
  assert(acceptsHtml('application/json, TEXT/HTML; charset=utf-8; q=0.5'));
  assert(acceptsHtml('text/html'));
});

test('acceptsHtml is false for curl, etcd and whoever refuses pages', () => {
  for (const accept of [undefined, '', '*/*', 'text/*', 'application/json', 'text/html-x', 'text/html;q=0']) {
    assert.equal(acceptsHtml(accept), false, accept);
  }
  assert.equal(acceptsHtml('text/html; q=0.000, application/json'), false);
});
