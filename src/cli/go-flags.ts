import type { Flags } from './manual.ts';

/** What a command line says. */
export type GoFlags =
  | { readonly kind: 'flags'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'problem'; readonly problem: string }
  /** `-h`, where that is no flag of its own. */
  | { readonly kind: 'usage' };

/** How Go's `strconv.ParseBool` spells bools. */
const BOOLS: ReadonlyMap<string, string> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, 'true'] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, 'false'] as const),
]);

/**
 * Reads a command line with the rules and the words of Go's package `flag`: one or two dashes, `-f v` or `-f=v`, and
 * the first other word ends the flags.
 */
export function parseGoFlags(args: readonly string[], flags: Flags): GoFlags {
  const values = new Map<string, string>();
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (!arg.startsWith('-') || arg === '-' || arg === '--') break;
    const [, name = '', , given] = /^--?([^=]*)(=(.*))?$/s.exec(arg) ?? [];
    if (name === '' || name.startsWith('-')) return { kind: 'problem', problem: `bad flag syntax: ${arg}` };
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (flag === undefined) {
      if (name === 'h') return { kind: 'usage' };
      return { kind: 'problem', problem: `flag provided but not defined: -${name}` };
    }
    const isSwitch = flag.value === undefined && flag.choices === undefined;
    let value = given;
    if (value === undefined && !isSwitch) {
      at += 1;
      value = args[at];
      if (value === undefined) return { kind: 'problem', problem: `flag needs an argument: -${name}` };
    }
    const taken = isSwitch ? BOOLS.get(value ?? 'true') : value;
    if (taken === undefined) {
      const problem = `invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`;
      return { kind: 'problem', problem };
    }
    if (flag.choices !== undefined && !flag.choices.includes(taken)) {
      const choice = `choose one of ${flag.choices.join(' ')}`;
      return {
        kind: 'problem',
        problem: `invalid value ${JSON.stringify(taken)} for flag -${name}: ${choice}`,
      };
    }
    values.set(name, taken);
  }
  return { kind: 'flags', values };
}

/** The usage of a program, as Go prints it. */
export function formatGoUsage(program: string, flags: Flags): string {
  const lines = Object.entries(flags)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { value, choices, help }]) => {
      const type = value === undefined && choices === undefined ? '' : ' string';
      return `  -${name}${type}\n    \t${help}\n`;
    });
  return `Usage of ${program}:\n${lines.join('')}`;
}
