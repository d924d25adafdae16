/** Where a setting was found: behind `--`, in a variable of the environment, or as a key of etcd's own file. */
export type SettingSource = 'flag' | 'variable' | 'key';

/** One setting of etcd in a text. */
export interface GivenSetting {
  /** The name of etcd's flag, without dashes, whatever the source. */
  readonly flag: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
  readonly source: SettingSource;
  /** As the text has it, for people: `--discovery`, `ETCD_DISCOVERY`, `discovery`. */
  readonly spelling: string;
  /** Data of another language, such as a map of Terraform: which etcd gets it does not stand there. */
  readonly isData?: boolean;
}

/** What a text says to etcd. */
export interface Configuration {
  /** The form that the text was read in. */
  readonly form: 'etcd-yaml' | 'clc' | 'cloud-config' | 'words';
  readonly settings: readonly GivenSetting[];
  /** The version of etcd that the text names, by an image or a tag. */
  readonly versionText: string | undefined;
  /** The text names other files with settings, or a unit that has some itself: what is missing here may be there. */
  readonly isPartial: boolean;
  /** `muster join` finds the other members, and tells etcd. */
  readonly isJoined: boolean;
  /** A unit that brings `ETCD_NAME` itself. */
  readonly isNamedByUnit: boolean;
}

/** Every occurrence of a setting, in the order of the text. */
export function settingsOf(
  { settings }: Configuration,
  ...flags: readonly string[]
): readonly GivenSetting[] {
  return settings.filter(({ flag, value }) => flags.includes(flag) && value !== '');
}

/** Whether a value is filled in by something else before etcd sees it: a shell, systemd, a template. */
export function isFilledIn(value: string): boolean {
  return /[$%{]|MEMBER-ADDRESS|MEMBER-NAME/.test(value);
}
