import { readFileSync } from 'node:fs';
import { type Html, html, type Part } from './html.ts';
import type { Page } from './layout.ts';

const SOURCE = new URL('../../../docs/findings.md', import.meta.url);

/** Reads the page about all findings, which is the one of the documentation. */
export function loadFindingsPage(): Page {
  return describeFindingsPage(readFileSync(SOURCE, 'utf8'));
}

/**
 * The page about all findings, each below its id.
 *
 * @param markdown headings, paragraphs, and in them code, bold text and links
 */
export function describeFindingsPage(markdown: string): Page {
  const content = html`${markdown.split(/\n{2,}/).map(renderBlock)}`;
  return { title: 'Findings', kind: 'text', content };
}

function renderBlock(block: string): Part {
  const text = block.trim();
  const [, marks, heading = ''] = /^(#{1,2}) (.*)$/.exec(text) ?? [];
  if (marks === '#') return html`<h1>${renderInline(heading)}</h1>\n`;
  if (marks === '##') return html`<h2 id="${heading.replaceAll('`', '')}">${renderInline(heading)}</h2>\n`;
  return text !== '' && html`<p>${renderInline(text)}</p>\n`;
}

/** Links lead to other pages of the documentation, which are not served: their words stay. */
function renderInline(text: string): Html[] {
  const unlinked = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return unlinked.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith('**') ? html`<strong>${part.slice(2, -2)}</strong>` : html`${part}`;
  });
}
