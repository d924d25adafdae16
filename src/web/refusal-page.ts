import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { renderProse } from './prose.ts';
import { renderSeverity } from './shapes.ts';

/** What is wrong, and what to do about it, as sentences. */
export interface Problem {
  readonly message: string;
  readonly remedy: string | undefined;
}

/** A problem with a form, where the form is. */
export function renderProblem({ message, remedy }: Problem): Html {
  return html`<div class="finding problem" role="alert">
<p class="label">${renderSeverity('problem')}No token was made</p>
<h3>${renderProse(sentence(message))}</h3>
${remedy !== undefined && html`<p class="remedy">${renderProse(sentence(remedy))}</p>`}
</div>`;
}

/** A page for what cannot be shown. */
export function describeRefusalPage(title: string, { message, remedy }: Problem): Page {
  const content = html`<header class="heading">
<h1>${title}</h1>
<p class="lede">${renderProse(sentence(message))}${remedy !== undefined && html` ${renderProse(sentence(remedy))}`}</p>
<p><a class="button" href="/">Make a new token</a></p>
</header>`;
  return { title, kind: 'text', content };
}

/** Messages of errors begin small and end without a full stop, since they stand in lines of logs as well. */
function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
