import type { Report } from '../../src/ignition/validate.ts';

/** A report as the files of test/ignition/cases keep it: a line for each entry with its rule, and the verdict. */
export function formatCase({ spec, isValid, entries }: Report): string {
  const lines = entries.map(
    ({ line, column, severity, message, path, rule }) =>
      `${line}:${column}: ${severity}: ${message} (at ${path}) [${rule}]\n`,
  );
  const version = spec === undefined ? 'no spec' : `spec ${spec}.0`;
  return `${lines.join('')}${isValid ? 'valid' : 'not valid'}, ${version}\n`;
}
