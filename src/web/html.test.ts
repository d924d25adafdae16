import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './html.ts';

test('html escapes what is put into text and attributes', () => {
  const name = `<script>alert("1")</script>&'`;
  const { text } = html`<b title="${name}">${name}</b>`;
  const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;';
  assert.equal(text, `<b title="${escaped}">${escaped}</b>`);
});

test('html takes markup as it is, and lists of it', () => {
  const items = ['a', '<', 3].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>`.text, '<ul><li>a</li><li>&lt;</li><li>3</li></ul>');
});

test('html leaves out what is not there, but not zero', () => {
  assert.equal(html`${undefined}${null}${false}${''}${0}`.text, '0');
});

test('html shows no character that steers a terminal or turns text around', () => {
  assert.equal(html`${'a\u0000\u001b[1m\u202eb\n\tc'}`.text, 'a\ufffd\ufffd[1m\ufffdb\n\tc');
});
