import { CLOUDS, ETCD_VERSIONS, PLATFORMS, type Platform } from '../boot-config/boot-config.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { renderBootFiles } from './boot-files.ts';
import { type Html, html, type Part } from './html.ts';
import { renderSnippet } from './snippet.ts';
import { type StartChoice, TRIAL } from './start-choice.ts';
import { formatTrialLines, trialFolder } from './trial-lines.ts';

/** What to do now, ready to paste. */
export function renderNextSteps(report: TokenReport, url: string, choice: StartChoice): Html {
  switch (report.state) {
    case 'open':
      return renderStart(report, url, choice);
    case 'complete':
      return renderUse(report, url, choice);
    case 'expired':
    case 'revoked':
      return renderAgain(report);
  }
}

function renderStart(report: TokenReport, url: string, choice: StartChoice): Html {
  const { size, missing } = report;
  return html`<section aria-labelledby="next-title">
<h2 id="next-title">Start the ${missing === size ? 'members' : 'missing members'}</h2>
${renderChoice(choice)}
<div class="files" data-key="files-${choice.platform}">
${choice.platform === TRIAL ? renderTrial(report, url, choice) : renderBootFiles(report, url, choice.platform, choice)}
</div>
</section>`;
}

function renderTrial({ size }: TokenReport, url: string, { etcd }: StartChoice): Html {
  const [dialect = 'v3'] = etcd.dialects;
  return html`${renderSnippet('trial', 'lines that start all members', formatTrialLines(dialect, url, size))}
<ul class="notes"><li>All members run in one shell, whose <code>PATH</code> has to know <code>etcd</code>; they find each other within a second, and keep their data below <code>${trialFolder(url)}</code>.</li></ul>`;
}

/** One choice out of several, as the form has it. */
interface Option {
  readonly id: string;
  readonly label: string;
  readonly isUnfit?: boolean;
}

function renderChoice({ etcd, platform, cloud }: StartChoice): Html {
  const chosen = PLATFORMS.find(({ id }) => id === platform);
  const platforms: Option[] = PLATFORMS.map((each) => ({ ...each, isUnfit: !isFit(each, etcd) }));
  const trial: Option = { id: TRIAL, label: 'A trial on this machine' };
  return html`<form class="choice" method="get">
${renderSelect('etcd', 'Version', ETCD_VERSIONS, etcd.id)}
${renderSelect('platform', 'As', platform === TRIAL ? [trial, ...platforms] : [...platforms, trial], platform)}
${chosen?.needsCloud && renderSelect('cloud', 'Cloud', CLOUDS, cloud)}
<button type="submit" class="quiet">Show</button>
</form>`;
}

function isFit(
  { from: [major, minor], dialects }: Platform,
  { id, dialects: spoken }: StartChoice['etcd'],
): boolean {
  const [ownMajor = 0, ownMinor = 0] = id.split('.').map(Number);
  const isNewEnough = ownMajor > major || (ownMajor === major && ownMinor >= minor);
  return isNewEnough && dialects.some((dialect) => spoken.includes(dialect));
}

function renderSelect(name: string, label: string, choices: readonly Option[], chosen: string): Html {
  const options = choices.map(
    ({ id, label, isUnfit }) =>
      html`<option value="${id}"${id === chosen && html` selected`}${isUnfit === true && html` disabled`}>${label}</option>`,
  );
  return html`<span data-key="${name}"><label for="choice-${name}">${label}</label> <select id="choice-${name}" name="${name}">${options}</select></span>`;
}

function renderUse(report: TokenReport, url: string, choice: StartChoice): Html {
  const { initialCluster, members } = report;
  const [first] = members;
  const host = first?.peerUrls[0] === undefined ? 'ADDRESS' : hostOf(first.peerUrls[0]);
  return html`<section aria-labelledby="next-title">
<h2 id="next-title">Now</h2>
<p>Ask any member whether the cluster is well:</p>
${renderSnippet('check', 'line that asks for the members', `etcdctl --endpoints http://${host}:2379 member list`)}
<p>To add a machine, or to replace one, this token is of no use. Tell the cluster first, and start the new member with what it prints:</p>
${renderSnippet('add', 'line that adds a member', `etcdctl --endpoints http://${host}:2379 member add NAME \\\n  --peer-urls=http://NEW-ADDRESS:2380`)}
${renderInitialCluster(initialCluster)}
<details class="late" data-key="late"><summary>Machines that come late, as proxies before the cluster</summary>
<div class="files">
${renderBootFiles(report, url, 'late', choice)}
</div>
</details>
</section>`;
}

function renderInitialCluster(initialCluster: string | null): Part {
  return (
    initialCluster !== null &&
    html`<h3>Initial cluster</h3>
<p>As <code>--initial-cluster</code> takes it:</p>
${renderSnippet('initial-cluster', 'initial cluster', initialCluster)}`
  );
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
