import { parseUrl } from '../grammar/url.ts';
import { parseJson } from '../json/parse-json.ts';
import type { Check } from '../schema/declare.ts';
import { isSince } from '../spec.ts';

const PINS = ['tpm2', 'tang', 'sss'];

/** A pin of Clevis with a configuration of one's own. */
export const checkClevisCustom: Check = (item, { spec, findings }) => {
  const pin = item.text('pin') ?? '';
  const config = item.text('config') ?? '';
  const isNetworkWanted = isSince(spec, '3.3') && item.isTrue('needsNetwork');
  if (pin === '' && config === '' && !isNetworkWanted) return;
  if (!PINS.includes(pin)) {
    const what = pin === '' ? 'there is no pin' : `${JSON.stringify(pin.slice(0, 40))} is no pin of Clevis`;
    findings.add('clevis-pin', item.at('pin'), `${what}; use one of ${PINS.join(', ')}`);
  }
  if (config === '') {
    findings.add(
      'clevis-config-missing',
      item.at('config'),
      'a custom pin has no configuration, where one is required',
    );
  }
};

/** A Tang server that holds a part of the key. */
export const checkTang: Check = (item, { findings }) => {
  const { url, problem } = parseUrl(item.text('url') ?? '');
  if (problem !== undefined) {
    findings.add('url-invalid', item.at('url'), `the URL of the Tang server is none: ${problem}`);
  } else if (url.scheme !== 'http' && url.scheme !== 'https') {
    findings.add('url-scheme', item.at('url'), 'a Tang server has an http or https URL');
  }
  if ((item.text('thumbprint') ?? '') === '') {
    findings.add(
      'tang-thumbprint-missing',
      item.at('thumbprint'),
      'a Tang server has no thumbprint, where one is required; "tang-show-keys" on the server prints it',
    );
  }
  const advertisement = item.text('advertisement') ?? '';
  const bad = advertisement === '' ? undefined : parseJson(advertisement).problem;
  if (bad !== undefined) {
    findings.add(
      'tang-advertisement',
      item.at('advertisement'),
      `the advertisement is no JSON: ${bad.message}`,
    );
  }
};
