import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from './html.ts';
import { renderProse } from './prose.ts';

const markup = (text: string): string => html`${renderProse(text)}`.text;

test('renderProse sets apart what is typed, and leaves the full stop', () => {
  assert.equal(
    markup('Set --name, or --initial-cluster-state=existing.'),
    'Set <code class="typed">--name</code>, or <code class="typed">--initial-cluster-state=existing</code>.',
  );
  assert.equal(
    markup('Use /new?size=3&ttl=60 or etcdctl member add.'),
    'Use <code class="typed">/new?size=3&amp;ttl=60</code> or <code class="typed">etcdctl member add</code>.',
  );
});

test('renderProse leaves words with hyphens and markup of others as text', () => {
  assert.equal(markup('a well-known <b>'), 'a well-known &lt;b&gt;');
});
