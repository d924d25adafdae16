import { parseUrl } from '../grammar/url.ts';
import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** One header of a request. In 2.4 the value was not looked at. */
export const checkHeader: Check = (item, { spec, findings }) => {
  if ((item.text('name') ?? '') === '') {
    findings.add('http-header-name', item.at('name'), 'an HTTP header has no name');
  }
  if (isVersion3(spec) && item.text('value') === '') {
    findings.add(
      'http-header-value',
      item.at('value'),
      'an HTTP header has an empty value; give one, or leave "value" out to drop a header of a merged configuration',
    );
  }
};

/** A header is given once. */
export const checkHeaderNames: Check = (item, { findings }) => {
  const seen = new Set<string>();
  for (const header of item.children('httpHeaders')) {
    const name = header.text('name') ?? '';
    if (seen.has(name)) {
      findings.add(
        'http-header-twice',
        header.path,
        `the HTTP header ${JSON.stringify(name.slice(0, 60))} is given twice`,
      );
    }
    seen.add(name);
  }
};

/** Headers go with HTTP only. */
export const checkHeaderScheme: Check = (item, { findings }) => {
  if (item.children('httpHeaders').length === 0) return;
  const source = item.text('source') ?? '';
  const scheme = parseUrl(source).url?.scheme;
  if (scheme === 'http' || scheme === 'https') return;
  findings.add(
    'http-headers-scheme',
    item.at('httpHeaders'),
    `HTTP headers are given, and ${source === '' ? 'there is no source' : 'the source is fetched without HTTP'}; they go with http and https only`,
  );
};
