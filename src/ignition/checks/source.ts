import { findS3ArnProblem } from '../grammar/arn.ts';
import { findDataUrlProblem } from '../grammar/data-url.ts';
import { type ParsedUrl, parseUrl, queryParameter } from '../grammar/url.ts';
import type { Item } from '../item.ts';
import type { Path } from '../places.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince, isVersion3, type Spec } from '../spec.ts';

/** The schemes of sources, with the specs that have them. */
const SCHEMES: readonly { readonly name: string; readonly since: Spec; readonly until?: Spec }[] = [
  { name: 'http', since: '2.0' },
  { name: 'https', since: '2.0' },
  { name: 'data', since: '2.0' },
  { name: 'oem', since: '2.0', until: '3.0' },
  { name: 'tftp', since: '2.1' },
  { name: 's3', since: '2.1' },
  { name: 'gs', since: '3.2' },
  { name: 'arn', since: '3.4' },
];

/** `source`, where there is one. */
export const checkSource: Check = (item, context) => {
  const source = item.text('source') ?? '';
  if (source !== '') checkSourceUrl(source, item.at('source'), context);
};

/** A certificate authority is of no use without a source. */
export const checkCertificateSource: Check = (item, context) => {
  if ((item.text('source') ?? '') !== '') checkSource(item, context);
  else if (isVersion3(context.spec)) reportMissing(item, context);
};

/** Nor is a configuration to merge; spec 3.0 let it pass. */
export const checkMergeSources: Check = (item, context) => {
  if (!isSince(context.spec, '3.1')) return;
  for (const reference of item.children('merge')) {
    if ((reference.text('source') ?? '') === '') reportMissing(reference, context);
  }
};

function reportMissing(item: Item, { spec, findings }: CheckContext): void {
  // As Ignition has it: of the reference, and of the source itself in 3.0.
  const path = isSince(spec, '3.1') ? item.path : item.at('source');
  findings.add('source-missing', path, 'there is no source, where one is required; give its URL');
}

function checkSourceUrl(source: string, path: Path, { spec, findings }: CheckContext): void {
  const { url, problem } = parseUrl(source);
  if (problem !== undefined) {
    findings.add('url-invalid', path, `the source is no URL: ${problem}`);
    return;
  }
  const known = SCHEMES.filter(
    ({ since, until }) => isSince(spec, since) && (until === undefined || !isSince(spec, until)),
  );
  if (!known.some(({ name }) => name === url.scheme)) {
    const later = SCHEMES.find(({ name, since }) => name === url.scheme && !isSince(spec, since));
    const what =
      url.scheme === ''
        ? 'the source has no scheme'
        : `sources have no scheme "${url.scheme.slice(0, 40)}" in spec ${spec}.0`;
    const hint =
      later === undefined
        ? `use one of ${known.map(({ name }) => name).join(', ')}`
        : `spec ${later.since}.0 has it`;
    findings.add('url-scheme', path, `${what}; ${hint}`);
    return;
  }
  if (url.scheme === 'data') checkDataUrl(source, path, { spec, findings });
  if (url.scheme === 'arn') checkArn(url, path, { spec, findings });
  if ((url.scheme === 's3' || url.scheme === 'arn') && queryParameter(url.query, 'versionId') === '') {
    findings.add('s3-version-id', path, 'the parameter versionId is empty; give a version, or leave it out');
  }
}

function checkDataUrl(source: string, path: Path, { spec, findings }: CheckContext): void {
  // Spec 2.0 read the URL first, which puts the scheme into lower case.
  const text = spec === '2.0' ? `data${source.slice('data'.length)}` : source;
  const problem = findDataUrlProblem(text);
  if (problem !== undefined) findings.add('data-url', path, `the data URL cannot be read: ${problem}`);
}

function checkArn({ opaque }: ParsedUrl, path: Path, { findings }: CheckContext): void {
  const problem = findS3ArnProblem(`arn:${opaque}`);
  if (problem !== undefined)
    findings.add('s3-arn', path, `the source is no ARN of an object in S3: ${problem}`);
}
