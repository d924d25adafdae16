import { PLATFORMS } from '../boot-config/boot-config.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { type Problem, renderProblem } from './refusal-page.ts';
import { renderSnippet } from './snippet.ts';
import { discoveryFlags } from './trial-lines.ts';

/** The sizes that one click chooses. */
const SIZES = ['1', '3', '5', '7'] as const;

const LIVES = [
  { seconds: 3600, label: 'an hour' },
  { seconds: 86_400, label: 'a day' },
  { seconds: 604_800, label: 'a week' },
  { seconds: 2_592_000, label: '30 days' },
] as const;

/** What the home page says to one visitor. */
export interface HomeVisit {
  /** How the visitor spells this service. */
  readonly origin: string;
  /** The size that the form has, as somebody typed it. */
  readonly size: string;
  readonly ttlSeconds: number;
  /** Why the visitor may not make tokens as they are; undefined: they may. */
  readonly barrier: Problem | undefined;
  /** Whether the operator's admin token would help. */
  readonly takesAdminToken: boolean;
  /** Why no token was made of what the visitor sent; undefined: nothing was sent. */
  readonly problem: Problem | undefined;
}

/** The home page: make a token, and what it is for. */
export function describeHomePage(visit: HomeVisit): Page {
  const content = html`<div class="hero">
<div>
<h1>One URL, and the machines find each other</h1>
<p class="lede">Machines that are to form an etcd cluster do not know each other’s addresses. Give all of them the same URL. Each puts its name and address on the list behind it, and when the last one has come, all read the same list and start.</p>
</div>
${renderForm(visit)}
</div>
${renderSteps()}
${renderVersions(visit.origin)}
${renderTerminal(visit.origin)}`;
  return { title: visit.problem === undefined ? 'New token' : 'No token was made', kind: 'home', content };
}

function renderForm(visit: HomeVisit): Html {
  const { size, ttlSeconds, problem, barrier, takesAdminToken } = visit;
  const isListed = SIZES.some((listed) => listed === size);
  const canMake = barrier === undefined || takesAdminToken;
  return html`<form class="new" method="post" action="/-/new" aria-labelledby="new-title">
<h2 id="new-title">New token</h2>
${problem !== undefined && renderProblem(problem)}
${barrier !== undefined && problem === undefined && renderProblem(barrier)}
<fieldset>
<legend>Members</legend>
<div class="sizes">
${SIZES.map((listed) => html`<span><input type="radio" name="size" id="size-${listed}" value="${listed}"${listed === size && html` checked`}><label for="size-${listed}">${listed}</label></span>`)}
<span class="other"><input type="radio" name="size" id="size-other" value="other"${!isListed && html` checked`}><label for="size-other">other</label><input type="number" name="other" min="1" max="1000" inputmode="numeric" aria-label="Another number of members" value="${isListed ? '' : size}"></span>
</div>
<p class="hint">3 go on when one fails, 5 when two do.</p>
</fieldset>
<p class="field"><label for="ttl">Good for</label> <select id="ttl" name="ttl">${livesWith(ttlSeconds).map(({ seconds, label }) => html`<option value="${seconds}"${seconds === ttlSeconds && html` selected`}>${label}</option>`)}</select></p>
${
  takesAdminToken &&
  barrier !== undefined &&
  html`<p class="field"><label for="admin-token">Admin token</label> <input type="password" id="admin-token" name="adminToken" autocomplete="off" required></p>`
}
<p><button type="submit"${!canMake && html` disabled`}>Make a token</button></p>
</form>`;
}

/** The operator's own default is among the choices. */
function livesWith(ttlSeconds: number): readonly { seconds: number; label: string }[] {
  if (LIVES.some(({ seconds }) => seconds === ttlSeconds)) return LIVES;
  const own = { seconds: ttlSeconds, label: `${ttlSeconds} seconds` };
  return [...LIVES, own].sort((a, b) => a.seconds - b.seconds);
}

function renderSteps(): Html {
  const steps = [
    ['A token is made', 'It names one cluster that is still to come, and how many members it has.'],
    ['Machines register', 'Each machine that boots with the URL adds itself, and waits for the others.'],
    [
      'The list is full',
      'All read the same members in the same order. Whoever comes later is told that it is full.',
    ],
    [
      'The cluster runs',
      'Members know each other now. The token has done its work, and is forgotten in time.',
    ],
  ] as const;
  return html`<section aria-labelledby="steps-title">
<h2 id="steps-title">How it goes</h2>
<ol class="steps">
${steps.map(([title, text]) => html`<li><h3>${title}</h3><p>${text}</p></li>`)}
</ol>
</section>`;
}

/** The dialect that each etcd is started with. */
const GENERATIONS = [
  { dialect: 'v3', label: 'etcd 3.6 and newer' },
  { dialect: 'v2', label: 'etcd 2.0 to 3.5' },
] as const;

function renderVersions(origin: string): Html {
  const url = `${origin}/TOKEN`;
  return html`<section aria-labelledby="versions-title">
<h2 id="versions-title">For each etcd</h2>
<p>What a member is started with, beside its name and addresses:</p>
<dl class="versions">
${GENERATIONS.map(({ dialect, label }) => html`<div><dt>${label}</dt><dd>${renderSnippet(`flags-${dialect}`, `flags for ${label}`, discoveryFlags(dialect, url).join(' \\\n'))}</dd></div>`)}
</dl>
<p class="hint">Members of 3.5 and 3.6 can form one cluster, and those of 3.6 and 3.7: all of them have the same URL.</p>
<h3>Ready to paste, on the token’s own page</h3>
<ul class="platforms">${PLATFORMS.map(({ label }) => html`<li>${label}</li>`)}</ul>
</section>`;
}

function renderTerminal(origin: string): Html {
  return html`<section aria-labelledby="terminal-title">
<h2 id="terminal-title">From a terminal</h2>
<dl class="versions">
<div><dt>Make a token</dt><dd>${renderSnippet('curl-new', 'line that makes a token', `curl -w "\\n" '${origin}/new?size=3'`)}</dd></div>
<div><dt>See who has come</dt><dd>${renderSnippet('curl-token', 'line that reads a token', `curl ${origin}/TOKEN`)}</dd></div>
</dl>
</section>`;
}
