import { OUTPUT_PROFILES } from '../transpile/profiles.ts';
import { PLATFORM_NAMES } from '../transpile/sections/platforms.ts';
import type { Assets } from './assets.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import { renderSnippet } from './snippet.ts';

const EXAMPLE = `etcd:
  discovery: https://discovery.example/<token>
  advertise_client_urls: http://{PRIVATE_IPV4}:2379
  initial_advertise_peer_urls: http://{PRIVATE_IPV4}:2380
  listen_client_urls: http://0.0.0.0:2379
  listen_peer_urls: http://{PRIVATE_IPV4}:2380
`;

interface Choice {
  readonly value: string;
  readonly label: string;
}

const OUTPUTS: readonly Choice[] = [
  ...OUTPUT_PROFILES.map((profile) => ({ value: profile, label: `Ignition ${profile}` })),
  { value: 'butane', label: 'Butane for Flatcar' },
];

const PLATFORMS: readonly Choice[] = [
  { value: '', label: 'none' },
  ...PLATFORM_NAMES.map((name) => ({ value: name, label: name })),
];

function renderSelect(id: string, label: string, choices: readonly Choice[], chosen: string): Html {
  return html`<span><label for="${id}">${label}</label> <select id="${id}" autocomplete="off">${choices.map(({ value, label: text }) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`)}</select></span>`;
}

/** The page that transpiles a Container Linux Config, in the browser itself. `web/transpile.js` brings it to life. */
export function describeTranspilePage({ library, transpiler }: Assets): Page {
  const content = html`<header class="heading">
<h1>Transpile a Container Linux Config</h1>
<p class="lede">It becomes what a machine boots with: Ignition 2 to the byte as ct made it, Ignition 3, or Butane. All of it happens in this browser, and nothing that you write is sent anywhere.</p>
</header>
<noscript><p class="finding problem">This page works with JavaScript only, since nothing is sent to the service. Without, there is <code>muster transpile</code>.</p></noscript>
<div class="transpiler" data-library="${library.entries.join(' ')}">
<section aria-labelledby="config-title">
<h2 id="config-title"><label for="config">The config</label></h2>
<div class="choice">
${renderSelect('platform', 'Platform', PLATFORMS, 'ec2')}
${renderSelect('output', 'Becomes', OUTPUTS, '2.3.0')}
<span><label for="mounts">Mounted at</label> <input type="text" id="mounts" placeholder="data=/srv/data" autocomplete="off" spellcheck="false" aria-describedby="mounts-hint"></span>
</div>
<textarea id="config" rows="18" spellcheck="false" autocomplete="off" autocapitalize="off">${EXAMPLE}</textarea>
<p class="hint" id="mounts-hint">Ignition 3 and Butane know filesystems by where they are mounted: <code>NAME=PATH</code>, with commas in between, where the config itself does not say it.</p>
</section>
<section aria-labelledby="report-title">
<h2 id="report-title">What is to be said</h2>
<p id="verdict" role="status"></p>
<ol id="report" class="report"></ol>
</section>
<section aria-labelledby="result-title">
<h2 id="result-title">The result</h2>
${renderSnippet('result', 'result', '\n')}
</section>
</div>`;
  return {
    title: 'Transpile',
    kind: 'transpile',
    content,
    script: transpiler.path,
    preload: library.files.map(({ path }) => path),
  };
}
