import type { Finding, Severity } from '../registry/findings.ts';
import { type Html, html } from './html.ts';
import { renderProse } from './prose.ts';
import { renderSeverity } from './shapes.ts';

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  problem: 'Problem',
  warning: 'Warning',
  note: 'Note',
};

/** What keeps the cluster from forming, or may, with what it follows from and what to do. The gravest come first. */
export function renderTroubles(findings: readonly Finding[]): Html | undefined {
  return renderSome(
    'troubles',
    'What stands out',
    findings.filter(({ severity }) => severity !== 'note'),
  );
}

/** What is as it may be. */
export function renderNotes(findings: readonly Finding[]): Html | undefined {
  return renderSome(
    'notes',
    'Worth knowing',
    findings.filter(({ severity }) => severity === 'note'),
  );
}

function renderSome(id: string, title: string, findings: readonly Finding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  return html`<section aria-labelledby="${id}" data-key="section-${id}">
<h2 id="${id}">${title}</h2>
${findings.map(renderFinding)}
</section>`;
}

function renderFinding({ id, severity, sentence, evidence, remedy }: Finding): Html {
  return html`<article class="finding ${severity}" data-key="${id}">
<p class="label">${renderSeverity(severity)}${SEVERITY_WORDS[severity]} <a href="/-/findings#${id}"><span class="hidden">About </span>${id}</a></p>
<h3>${renderProse(sentence)}</h3>
<p class="remedy">${renderProse(remedy)}</p>
<details${severity === 'problem' && html` open`}><summary>What this follows from</summary>
<ul class="evidence">${evidence.map((line) => html`<li><bdi>${line}</bdi></li>`)}</ul>
</details>
</article>`;
}
