import { loadSettings } from '../server/load-settings.ts';
import { OPTIONS } from '../server/setting-options.ts';
import type { StoreChoice } from '../server/setting-values.ts';
import type { Environment, Settings } from '../server/settings.ts';
import { usageError } from './arguments.ts';

/** The settings that count for a command: as for `muster serve`, with the options of the command in front. */
export function settingsOf(
  values: Readonly<Record<string, string | boolean | undefined>>,
  names: readonly string[],
  env: Environment,
): Settings {
  const argv = names.flatMap((name) =>
    typeof values[name] === 'string' ? [`--${name}=${values[name]}`] : [],
  );
  return loadSettings({ argv, env });
}

/** An option of `muster serve` that a command takes too. */
interface SharedFlag {
  readonly value: string;
  readonly help: string;
}

const asForServe = (
  { placeholder }: { readonly placeholder: string },
  help: string = 'as for "muster serve"',
): SharedFlag => ({ value: placeholder, help });

const STORE_HELP =
  'as for "muster serve", also by MUSTER_STORE and the settings file. Default: lmdb:./muster-data';

/** The options that say which store, and how it is reached. */
export const STORE_FLAGS: Readonly<
  Record<'store' | 'etcd-prefix' | 'etcd-ca' | 'etcd-cert' | 'etcd-key' | 'etcd-user-file', SharedFlag>
> = {
  store: asForServe(OPTIONS.store, STORE_HELP),
  'etcd-prefix': asForServe(OPTIONS.etcdPrefix, 'as for "muster serve", where the store is an etcd cluster'),
  'etcd-ca': asForServe(OPTIONS.etcdCaFile),
  'etcd-cert': asForServe(OPTIONS.etcdCertFile),
  'etcd-key': asForServe(OPTIONS.etcdKeyFile),
  'etcd-user-file': asForServe(OPTIONS.etcdUserFile),
};

/** The option that says which data folder. */
export const FOLDER_FLAGS: Readonly<Record<'store', SharedFlag>> = {
  store: { value: 'lmdb:DIR', help: STORE_HELP },
};

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
