import { type Html, html } from './html.ts';

/**
 * Text to take along, with a button that copies it where the browser runs scripts.
 *
 * @param id unique on the page
 * @param label what it is, for those who do not see it
 */
export function renderSnippet(id: string, label: string, text: string): Html {
  const form = text.includes('\n') ? 'snippet tall' : 'snippet';
  return html`<div class="${form}"><pre id="${id}" tabindex="0" role="group" aria-label="${label}"><code>${text}</code></pre><button class="copy" type="button" data-copy="${id}" aria-label="Copy: ${label}">Copy</button></div>`;
}
