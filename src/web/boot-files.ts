import { type BootConfig, createBootConfig, type PlatformId } from '../boot-config/boot-config.ts';
import { isMusterError } from '../errors.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html } from './html.ts';
import { renderProse } from './prose.ts';
import { renderSnippet } from './snippet.ts';
import type { StartChoice } from './start-choice.ts';

/** What machines are told of a token, for the platform and the version of etcd that were chosen. */
export function renderBootFiles(
  { token, size }: TokenReport,
  discoveryUrl: string,
  platform: PlatformId,
  { etcd, cloud }: Omit<StartChoice, 'platform'>,
): Html {
  let config: BootConfig;
  try {
    config = createBootConfig({ discoveryUrl, platform, etcdVersion: etcd.id, cloud, size });
  } catch (error) {
    // Not every platform is for every etcd.
    if (!isMusterError(error, 'bad-setting')) throw error;
    return html`<p class="misfit"><strong>${error.message}.</strong> ${renderProse(error.remedy ?? '')}</p>`;
  }
  const query = new URLSearchParams({ platform, etcd: etcd.id, cloud });
  return html`${config.files.map(({ name, text }) => {
    const file = `/v1/tokens/${token}/boot-config?${query}&${new URLSearchParams({ file: name })}`;
    return html`<div class="file"><p class="file-name"><code>${name}</code> <a href="${file}" download="${name}">Download<span class="hidden"> ${name}</span></a></p>
${renderSnippet(`${platform}-${name}`, name, text)}</div>
`;
  })}
<ul class="notes">${config.notes.map((note) => html`<li>${renderProse(note)}</li>`)}</ul>`;
}
