import type { Severity } from '../registry/findings.ts';
import type { Lifecycle } from '../registry/registry-state.ts';
import { type Html, html } from './html.ts';

/** The mark of the service: a roll of which one place is still free. */
export function renderMark(): Html {
  return html`<svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><rect x="2" y="3" width="20" height="4" rx="1"/><rect x="2" y="10" width="20" height="4" rx="1"/><rect class="mark-free" x="2.75" y="17.75" width="18.5" height="3" rx=".6"/></svg>`;
}

/** A form for each severity, told apart without its colour: octagon, triangle, circle. */
export function renderSeverity(severity: Severity): Html {
  const form = {
    problem: html`<path d="M7 1h10l6 6v10l-6 6H7l-6-6V7z"/><path class="cut" d="M8 8l8 8M16 8l-8 8"/>`,
    warning: html`<path d="M12 2l11 20H1z"/><path class="cut" d="M12 9v6M12 17.6v1.6"/>`,
    note: html`<circle cx="12" cy="12" r="10"/><path class="cut" d="M12 6.6v1.6M12 11v6.5"/>`,
  }[severity];
  return html`<svg class="shape" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">${form}</svg>`;
}

/** A form for each state: a broken ring that waits, a tick, an hour-glass, a bar. */
export function renderState(state: Lifecycle): Html {
  const form = {
    open: html`<circle class="line dashed" cx="12" cy="12" r="9.5"/><circle cx="12" cy="12" r="3"/>`,
    complete: html`<circle cx="12" cy="12" r="11"/><path class="cut" d="M6.5 12.5l3.8 3.8 7.4-8"/>`,
    expired: html`<path class="line" d="M6 2.5h12M6 21.5h12M7.5 3c0 9 9 9 9 18M16.5 3c0 9-9 9-9 18"/>`,
    revoked: html`<circle class="line" cx="12" cy="12" r="9.5"/><path class="line" d="M5.5 18.5l13-13"/>`,
  }[state];
  return html`<svg class="shape state" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">${form}</svg>`;
}
