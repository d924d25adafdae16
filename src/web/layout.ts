import type { Assets } from './assets.ts';
import { type Html, html } from './html.ts';
import { renderMark } from './shapes.ts';

/** One page of the service. */
export interface Page {
  readonly title: string;
  /** What stands in `<main>`. */
  readonly content: Html;
  /** Words for the style sheet. */
  readonly kind: 'home' | 'token' | 'text' | 'transpile';
  /** The path of a module that this page has beside the script of all. */
  readonly script?: string;
  /** Modules that it will ask for one after the other: the browser gets them at once. */
  readonly preload?: readonly string[];
  readonly live?: Live;
}

/** How a page follows its token: `web/muster.js` reads this. */
export interface Live {
  /** Where the events of the token come from. */
  readonly events: string;
  readonly state: string;
  /** What the page knows: the id of events, up to which they are no news. */
  readonly revision: number;
  readonly taken: number;
  readonly size: number;
  /** How often a browser without JavaScript asks again; 0: it need not. */
  readonly reloadSeconds: number;
}

/** The whole page. */
export function renderPage(page: Page, { style, script, icon }: Assets): Html {
  const reload = page.live?.reloadSeconds ?? 0;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${page.title} · Muster</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="${icon.path}">
<link rel="stylesheet" href="${style.path}">
<script src="${script.path}" defer></script>
${page.script !== undefined && html`<script type="module" src="${page.script}"></script>\n`}${page.preload?.map((path) => html`<link rel="modulepreload" href="${path}">\n`)}${reload > 0 && html`<noscript><meta http-equiv="refresh" content="${reload}"></noscript>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="site">
<a class="wordmark" href="/">${renderMark()}Muster</a>
<nav aria-label="Site"><ul><li><a href="/">New token</a></li><li><a href="/transpile">Transpile</a></li><li><a href="/-/findings">Findings</a></li></ul></nav>
</header>
${renderMain(page)}
<footer class="site">
<p>Muster: cluster discovery for etcd. This page loads nothing from anywhere else.</p>
</footer>
<p class="announcements" role="status" aria-live="polite"></p>
</body>
</html>
`;
}

/** What a page that is open replaces its own `<main>` by. */
export function renderMain({ title, kind, content, live }: Page): Html {
  const follow =
    live &&
    html` data-events="${live.events}" data-state="${live.state}" data-revision="${live.revision}" data-taken="${live.taken}" data-size="${live.size}"`;
  return html`<main id="main" class="${kind}" data-title="${title} · Muster"${follow}>
${content}
</main>`;
}
