import { type Configuration, type GivenSetting, isFilledIn, settingsOf } from '../configuration.ts';
import type { LintEntry } from '../entry.ts';
import type { LintContext } from './context.ts';

const TLS_FLAGS = ['discovery-cacert', 'discovery-cert', 'discovery-key'];

/** An address of the service in a configuration. */
interface Reached {
  readonly setting: GivenSetting;
  readonly scheme: string;
}

function schemeOf(value: string): string | undefined {
  return /^(https?):\/\//i.exec(value)?.[1]?.toLowerCase();
}

function schemesOf(configuration: Configuration, ...flags: readonly string[]): readonly Reached[] {
  return settingsOf(configuration, ...flags).flatMap((setting) =>
    setting.value.split(',').flatMap((url) => {
      const scheme = schemeOf(url.trim());
      return scheme === undefined || isFilledIn(url.split('/', 3).join('/')) ? [] : [{ setting, scheme }];
    }),
  );
}

/** http where the service has https, or the reverse. In v3 the URL that is the token tells it too. */
export function checkScheme({ configuration, serviceOrigin }: LintContext): readonly LintEntry[] {
  const urls = schemesOf(configuration, 'discovery', 'discovery-token');
  const endpoints = schemesOf(configuration, 'discovery-endpoints');
  const service = serviceOrigin === undefined ? undefined : schemeOf(serviceOrigin);
  const wanted = service ?? (endpoints.length > 0 ? urls[0]?.scheme : undefined);
  if (wanted === undefined) return [];
  const wrong = [...urls, ...endpoints].find(({ scheme }) => scheme !== wanted);
  if (wrong === undefined) return [];
  const { setting, scheme } = wrong;
  const source = service === undefined ? 'the discovery URL' : 'the service';
  return [
    {
      ...{ id: 'scheme-differs', severity: 'problem', line: setting.line },
      sentence: `${setting.spelling} has ${scheme}, and ${source} has ${wanted}: ${
        scheme === 'http'
          ? 'a service behind TLS does not answer plain requests'
          : 'TLS with a plain service fails'
      }, and etcd asks for ever.`,
      remedy: `Write ${setting.spelling} with ${wanted}://.`,
    },
  ];
}

/** Settings for TLS with an address that has none: etcd connects in the clear, and says nothing. */
export function checkPlainTls({ configuration }: LintContext): readonly LintEntry[] {
  const plain = schemesOf(configuration, 'discovery-endpoints').find(({ scheme }) => scheme === 'http');
  const tls = [
    ...settingsOf(configuration, ...TLS_FLAGS),
    ...settingsOf(configuration, 'discovery-insecure-transport').filter(({ value }) => value === 'false'),
  ];
  const [first] = tls;
  if (plain === undefined || first === undefined) return [];
  return [
    {
      ...{ id: 'tls-over-http', severity: 'warning', line: first.line },
      sentence: `${first.spelling} is given, and ${plain.setting.spelling} is http: etcd connects without TLS, and does not say so.`,
      remedy: `Write ${plain.setting.spelling} with https://, or remove ${first.spelling}.`,
    },
  ];
}

/** v2 discovery has no settings for TLS. */
export function checkV2Tls({ configuration }: LintContext): readonly LintEntry[] {
  const [v2] = settingsOf(configuration, 'discovery');
  const [tls] = settingsOf(configuration, ...TLS_FLAGS, 'discovery-insecure-skip-tls-verify');
  if (v2 === undefined || tls === undefined || settingsOf(configuration, 'discovery-endpoints').length > 0)
    return [];
  return [
    {
      ...{ id: 'tls-of-v3-only', severity: 'problem', line: tls.line },
      sentence: `${tls.spelling} is for v3 discovery: with ${v2.spelling}, etcd checks the service with the roots of the machine, and shows no certificate.`,
      remedy: 'Put the CA among the roots of the machine, or name it by the variable SSL_CERT_FILE.',
    },
  ];
}
