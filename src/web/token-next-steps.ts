import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html } from './html.ts';
import { renderSnippet } from './snippet.ts';
import { ETCD_CHOICES, formatStartLines, PLATFORM_CHOICES, type StartChoice } from './start-lines.ts';

/** What to do now, ready to paste. */
export function renderNextSteps(report: TokenReport, url: string, choice: StartChoice): Html {
  switch (report.state) {
    case 'open':
      return renderStart(report, url, choice);
    case 'complete':
      return renderUse(report);
    case 'expired':
    case 'revoked':
      return renderAgain(report);
  }
}

function renderStart({ size, missing }: TokenReport, url: string, choice: StartChoice): Html {
  const each = choice.platform === 'shell';
  return html`<section aria-labelledby="next-title">
<h2 id="next-title">Start the ${missing === size ? 'members' : 'missing members'}</h2>
<form class="choice" method="get">
${renderSelect('etcd', 'Version', ETCD_CHOICES, choice.etcd)}
${renderSelect('platform', 'On', PLATFORM_CHOICES, choice.platform)}
<button type="submit" class="quiet">Show</button>
</form>
${renderSnippet('start', 'lines that start etcd', formatStartLines(choice, url, size))}
<p class="hint">${
    each
      ? html`On every machine, with its own address in the place of <code>ADDRESS</code>. Names have to differ.`
      : 'They find each other within a second, and keep their data below /tmp/muster-trial.'
  }</p>
</section>`;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

function renderSelect(name: string, label: string, choices: readonly Choice[], chosen: string): Html {
  const options = choices.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${label}</option>`,
  );
  return html`<span><label for="choice-${name}">${label}</label> <select id="choice-${name}" name="${name}">${options}</select></span>`;
}

function renderUse({ initialCluster, members }: TokenReport): Html {
  const [first] = members;
  const host = first?.peerUrls[0] === undefined ? 'ADDRESS' : hostOf(first.peerUrls[0]);
  return html`<section aria-labelledby="next-title">
<h2 id="next-title">Now</h2>
<p>Ask any member whether the cluster is well:</p>
${renderSnippet('check', 'line that asks for the members', `etcdctl --endpoints http://${host}:2379 member list`)}
<p>To add a machine, or to replace one, this token is of no use. Tell the cluster first, and start the new member with what it prints:</p>
${renderSnippet('add', 'line that adds a member', `etcdctl --endpoints http://${host}:2379 member add NAME \\\n  --peer-urls=http://NEW-ADDRESS:2380`)}
${
  initialCluster !== null &&
  html`<h3>Initial cluster</h3>
<p>As <code>--initial-cluster</code> takes it:</p>
${renderSnippet('initial-cluster', 'initial cluster', initialCluster)}`
}
</section>`;
}

function hostOf(peerUrl: string): string {
  return /^[a-z]+:\/\/([^/?#]*?)(?::\d+)?$/i.exec(peerUrl)?.[1] || 'ADDRESS';
}

function renderAgain({ size }: TokenReport): Html {
  return html`<section aria-labelledby="next-title">
<h2 id="next-title">Now</h2>
<p>Machines that have no cluster yet need a new token, all of them the same.</p>
<p><a class="button" href="/?size=${size}">Make a new token for ${size}</a></p>
</section>`;
}
