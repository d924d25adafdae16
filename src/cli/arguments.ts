import { type ParseArgsConfig, parseArgs } from 'node:util';
import { MusterError } from '../errors.ts';
import { closestWord } from '../server/closest-word.ts';
import type { Flags } from './manual.ts';

/** What was given for options: a text for one with a value or with choices, true for a switch. */
export type Values<F extends Flags> = {
  readonly [Name in keyof F]?: GivenTo<F[Name]> | undefined;
};

type GivenTo<F> = F extends { readonly choices: ReadonlyArray<infer Choice> }
  ? Choice
  : F extends { readonly value: string }
    ? string
    : true;

/** A command line taken apart. */
export interface Arguments<F extends Flags> {
  readonly values: Values<F>;
  /** What is no option. */
  readonly words: readonly string[];
  /** Whether the help is asked for, by `--help` or `-h`. */
  readonly isHelp: boolean;
}

/** An error of how a command is used. */
export function usageError(command: string, problem: string, remedy?: string): MusterError {
  return new MusterError('bad-setting', problem, {
    remedy: remedy ?? `Run "muster ${command} --help" for how it is used.`,
  });
}

/**
 * Takes a command line apart by the options that the command declares.
 *
 * @throws MusterError `bad-setting`
 */
export function parseArguments<const F extends Flags>(
  command: string,
  args: readonly string[],
  flags: F,
  wordsMax: number,
): Arguments<F> {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { value, choices }] of Object.entries(flags)) {
    options[name] = { type: value === undefined && choices === undefined ? 'boolean' : 'string' };
  }
  const { values, positionals } = parseBy(command, args, options);
  const excess = positionals[wordsMax];
  if (excess !== undefined) {
    throw usageError(command, `unexpected argument ${JSON.stringify(excess.slice(0, 100))}`);
  }
  for (const [name, { choices }] of Object.entries(flags)) assertChoice(command, name, values[name], choices);
  const { help, ...given } = values;
  return { values: given as Values<F>, words: positionals, isHelp: help === true };
}

function parseBy(
  command: string,
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): { values: Readonly<Record<string, unknown>>; positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || unknown === undefined) {
      throw usageError(command, message.replace(/\.$/, ''));
    }
    const near = closestWord(unknown.replace(/^-+/, ''), Object.keys(options));
    const problem = `unknown option ${JSON.stringify(unknown.slice(0, 100))}`;
    const all = `Run "muster ${command} --help" for how it is used.`;
    throw usageError(command, problem, near === undefined ? all : `Did you mean --${near}? ${all}`);
  }
}

function assertChoice(
  command: string,
  name: string,
  given: unknown,
  choices: readonly string[] | undefined,
): void {
  if (choices === undefined || given === undefined || choices.includes(String(given))) return;
  throw usageError(
    command,
    `--${name} ${JSON.stringify(String(given).slice(0, 100))} is not one of ${choices.join(', ')}`,
  );
}
