import { error, type Report } from '../report.ts';
import { variableOf } from './platforms.ts';

/** Whether a text asks something of the machine, or looks as if it did. */
export function hasBraces(text: string): boolean {
  return /[{}]/.test(text);
}

/** Puts the variables of the platform in for `{NAME}`, or answers undefined if there is one that it has none for. */
function fillIn(option: string, platform: string): string | undefined {
  let filled = '';
  let rest = option;
  let open = rest.indexOf('{');
  let close = rest.indexOf('}');
  while (open >= 0 && close > open) {
    const variable = variableOf(platform, rest.slice(open + 1, close));
    if (variable === undefined) return undefined;
    filled += `${rest.slice(0, open)}\${${variable}}`;
    rest = rest.slice(close + 1);
    open = rest.indexOf('{');
    close = rest.indexOf('}', Math.max(open, 0));
  }
  return filled + rest;
}

/** Fills in all options, as long as there is something to fill in. Answers undefined if that cannot be done. */
export function fillInOptions(
  options: readonly string[],
  platform: string,
  report: Report,
): readonly string[] | undefined {
  if (!options.some(hasBraces)) return options;
  if (platform === '') {
    report.add(error('platform must be specified to use templating'), undefined);
    return undefined;
  }
  const filled = options.map((option) => fillIn(option, platform));
  if (!filled.includes(undefined)) return filled.filter((option) => option !== undefined);
  report.add(error('unknown field'), undefined);
  return undefined;
}
