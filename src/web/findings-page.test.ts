import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FINDING_IDS } from '../registry/findings.ts';
import { describeFindingsPage, loadFindingsPage } from './findings-page.ts';

test('the page about findings has a place for each of them, and none of the marks that it is written with', () => {
  const { text } = loadFindingsPage().content;
  for (const id of FINDING_IDS) assert(text.includes(`<h2 id="${id}">`), id);
  assert.equal(/[`*]|\]\(|^#/m.exec(text.replaceAll(/<[^>]*>/g, ''))?.[0], undefined);
});

test('describeFindingsPage renders code, bold text and the words of links', () => {
  const { content } = describeFindingsPage(
    '# A `b`\n\n## `id`\n\nSee **this** <x> and [that `c`](rules.md).\n',
  );
  assert.equal(
    content.text,
    '<h1>A <code>b</code></h1>\n<h2 id="id"><code>id</code></h2>\n<p>See <strong>this</strong> &lt;x&gt; and that <code>c</code>.</p>\n',
  );
});
