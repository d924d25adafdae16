import type { Check } from '../schema/declare.ts';

/** `compression` says how the fetched bytes are packed. */
export const checkCompression: Check = (item, { findings }) => {
  const compression = item.text('compression') ?? '';
  if (compression === '' || compression === 'gzip') return;
  findings.add(
    'compression',
    item.at('compression'),
    `${JSON.stringify(compression)} is no compression that Ignition knows; use "gzip" or nothing`,
  );
};
