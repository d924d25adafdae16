import { type ParseArgsConfig, parseArgs } from 'node:util';
import { MusterError } from '../errors.ts';
import { loadSettings } from '../server/load-settings.ts';
import type { StoreChoice } from '../server/setting-values.ts';
import type { Environment, Settings } from '../server/settings.ts';

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** The options and the other words of a command. */
export interface MoveArguments {
  readonly values: Values;
  readonly words: readonly string[];
  readonly isHelp: boolean;
}

/** A usage error of one of the commands that move data. */
export function usageError(command: string, problem: string, remedy?: string): MusterError {
  return new MusterError('bad-setting', problem, {
    remedy: remedy ?? `Run "muster ${command} --help" for how it is used.`,
  });
}

/** Takes a command line apart. @param flags options that have a value, beside `--help` */
export function parseMoveArguments(
  command: string,
  args: readonly string[],
  flags: readonly string[],
  wordsMax: number,
): MoveArguments {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const flag of flags) options[flag] = { type: 'string' };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usageError(command, error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
  const { positionals } = parsed;
  const values = parsed.values as Values;
  const excess = positionals[wordsMax];
  if (excess !== undefined)
    throw usageError(command, `unexpected argument ${JSON.stringify(excess.slice(0, 100))}`);
  const { help } = values;
  return { values, words: positionals, isHelp: help === true };
}

/** The settings that count for a command: as for `muster serve`, with the options of the command in front. */
export function settingsOf(values: Values, names: readonly string[], env: Environment): Settings {
  const argv = names.flatMap((name) =>
    typeof values[name] === 'string' ? [`--${name}=${values[name]}`] : [],
  );
  return loadSettings({ argv, env });
}

/** The options that say which store, and how it is reached. */
export const STORE_FLAGS: readonly string[] = [
  'store',
  'etcd-prefix',
  'etcd-ca',
  'etcd-cert',
  'etcd-key',
  'etcd-user-file',
];

/** A store as `--store` names it. */
export function nameOfStore(choice: StoreChoice): string {
  switch (choice.kind) {
    case 'lmdb':
      return `lmdb:${choice.folder}`;
    case 'etcd':
      return `etcd:${choice.endpoints.join(',')}`;
    case 'memory':
      return 'memory:';
  }
}

/** The folder of a store that is one. */
export function folderOf(command: string, choice: StoreChoice): string {
  if (choice.kind === 'lmdb') return choice.folder;
  throw usageError(
    command,
    `${nameOfStore(choice)} has no data folder`,
    'Give --store lmdb:DIR; "muster export" moves what any other store keeps.',
  );
}

/** `1 token`, `2 tokens`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
