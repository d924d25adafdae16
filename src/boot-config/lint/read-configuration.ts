import type { Configuration } from './configuration.ts';
import { readWords } from './read-words.ts';
import { readYaml } from './read-yaml.ts';

/** An image of etcd with its tag, or the tag for the units of Container Linux and Flatcar. */
const VERSION = /(?:etcd:v?|ETCD_IMAGE_TAG["']?\s*[=:]\s*["']?v?)([23]\.\d+(?:\.\d+)?)/;
/** The member's unit of Container Linux and Flatcar, which sets ETCD_NAME and ETCD_DATA_DIR. */
const MEMBER_UNIT = /etcd-member\.service|etcd-wrapper|etcd-member\.conf/;
/** Files of variables, but for those that only tell the machine's addresses. */
const OTHER_FILES =
  /EnvironmentFile=-?(?!\/run\/metadata|\S*address)|env_file:|--env-file|\$ETCD_OPTS|\$OPTIONS|envFrom:/;

/** The command, and the script of the units for late machines that calls it. */
const JOIN = /\bmuster join\b|\/etcd-late\b/;

/** Reads whatever tells etcd what to do: flags, variables, its file, and files of others that hold such. */
export function readConfiguration(text: string): Configuration {
  const yaml = readYaml(text);
  const isFile = yaml?.form === 'etcd-yaml';
  const settings = [...(yaml?.settings ?? []), ...(isFile ? [] : readWords(text))];
  const isNamedByUnit = (yaml !== undefined && !isFile) || MEMBER_UNIT.test(text);
  return {
    form: yaml?.form ?? 'words',
    settings,
    versionText: VERSION.exec(text)?.[1] ?? versionOfClc(yaml?.form, settings),
    isPartial: isNamedByUnit || OTHER_FILES.test(text),
    isJoined: JOIN.test(text),
    isNamedByUnit,
  };
}

function versionOfClc(form: string | undefined, settings: Configuration['settings']): string | undefined {
  const version = form === 'clc' ? settings.find(({ flag }) => flag === 'version')?.value : undefined;
  return version !== undefined && /^[23]\.\d+(?:\.\d+)?$/.test(version) ? version : undefined;
}
