import { parseUrl } from '../grammar/url.ts';
import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** The proxies for http and https. Spec 2.4 did not look at them. */
export const checkProxy: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec)) return;
  for (const key of ['httpProxy', 'httpsProxy']) {
    const text = item.text(key);
    if (text === undefined) continue;
    const { url, problem } = parseUrl(text);
    if (problem !== undefined) {
      findings.add('url-invalid', item.at(key), `the proxy is no URL: ${problem}`);
    } else if (url.scheme !== 'http' && url.scheme !== 'https') {
      findings.add('proxy-scheme', item.at(key), 'a proxy is an http or https URL');
    } else if (key === 'httpsProxy' && url.scheme === 'http') {
      findings.add(
        'proxy-insecure',
        item.at(key),
        'what is fetched with https is asked of this proxy over plain http; use an https proxy where there is one',
      );
    }
  }
};
