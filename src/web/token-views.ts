import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html, type Part } from './html.ts';
import { renderSnippet } from './snippet.ts';

/** A token as clients of each dialect are shown it. */
export interface RawViews {
  /** The body of `GET /<token>`. */
  readonly v2: string;
  /** The answer to a Range over the token's keys, as JSON. */
  readonly v3: string;
}

/** Longer views are only linked to. */
const INLINE_MAX_CHARS = 24_000;

/** What etcd, `curl` and `etcdctl` are answered. @param views undefined for a token that is over */
export function renderViews(
  { token }: TokenReport,
  url: string,
  views: RawViews | undefined,
): Html | undefined {
  if (views === undefined) return undefined;
  return html`<section aria-labelledby="views-title">
<h2 id="views-title">As clients see it</h2>
<p class="also">All that this page shows is <a href="/v1/tokens/${token}">in JSON</a> too, for programs.</p>
<details data-key="v2"><summary>v2, as JSON over HTTP</summary>
<p>Members of etcd up to 3.6 read it with <code>--discovery</code>, <code>curl ${url}</code> prints it, and here is <a href="/v2/keys/_etcd/registry/${token}">the answer itself</a>, on one line.</p>
${renderJson('v2-json', 'v2 view', indent(views.v2))}
</details>
<details data-key="v3"><summary>v3, as keys over gRPC</summary>
<p>Members of etcd 3.6 and newer read it with <code>--discovery-token</code>. <code>etcdctl get --prefix /_etcd/registry/${token}/</code> prints the keys with their values; with <code>-w json</code>, it writes both in base64.</p>
${renderJson('v3-json', 'v3 view', views.v3)}
</details>
</section>`;
}

function renderJson(id: string, label: string, text: string): Part {
  if (text.length > INLINE_MAX_CHARS) return html`<p>It is too long for this page.</p>`;
  return renderSnippet(id, label, text);
}

function indent(json: string): string {
  return JSON.stringify(JSON.parse(json), undefined, 2);
}
