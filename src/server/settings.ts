import { MusterError } from '../errors.ts';
import { isLoopbackHost } from '../registry/host.ts';
import { closestWord } from './closest-word.ts';
import { type CommandLine, parseCommandLine } from './command-line.ts';
import {
  type CreateMode,
  FILE_OPTION,
  GO_SERVER_OPTIONS,
  type LogFormat,
  OPTIONS,
  type OptionValues,
} from './setting-options.ts';
import { parseEtcdEndpoints, parseGiven, type StoreChoice } from './setting-values.ts';
import { parseSettingsFile, type SettingsFile } from './settings-file.ts';

/** Every setting of the server, complete and within its limits. */
export interface Settings extends Omit<OptionValues, 'create' | 'logFormat'> {
  readonly create: CreateMode;
  readonly logFormat: LogFormat;
  /** What the operator should be told at start, as sentences: settings that were understood but change nothing. */
  readonly notices: readonly string[];
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings come from, strongest first: flags, variables, the file, defaults. */
export interface SettingSources {
  /** The arguments behind `muster serve`. */
  readonly argv: readonly string[];
  readonly env: Environment;
  /** The file that `settingsFileName` named, already read. */
  readonly file?: SettingsFile;
  /** Whether the log goes to a terminal, which makes it readable by default. */
  readonly terminal?: boolean;
}

/** A text that was given for one option, and where. */
interface Given {
  readonly text: string;
  /** Such as `--listen`, `MUSTER_LISTEN` or `muster.yaml:3: listen`. */
  readonly source: string;
}
type Target = keyof OptionValues | 'etcd' | 'ignored';

const OPTION_NAMES = Object.keys(OPTIONS) as readonly (keyof OptionValues)[];

/** What each flag sets, by its name without dashes. */
const FLAG_TARGETS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ...OPTION_NAMES.map((name) => [OPTIONS[name].flag, name] as const),
  ...GO_SERVER_OPTIONS.flatMap(({ flags, means }) => flags.map((flag) => [flag, means] as const)),
]);
const KNOWN_FLAGS: ReadonlySet<string> = new Set([...FLAG_TARGETS.keys(), FILE_OPTION.flag]);

/** Takes the arguments of `muster serve` apart. Throws `bad-setting`. */
export function parseServeCommandLine(argv: readonly string[]): CommandLine {
  return parseCommandLine(argv, KNOWN_FLAGS);
}

/** The name of the settings file that flags or environment ask for, if any. Throws `bad-setting`. */
export function settingsFileName(argv: readonly string[], env: Environment): string | undefined {
  const flag = parseServeCommandLine(argv).flags.findLast((given) => given.flag === FILE_OPTION.flag);
  const name = flag?.text ?? env[FILE_OPTION.variable];
  if (flag !== undefined && name === '') {
    throw new MusterError('bad-setting', '--config names no file', {
      remedy: 'Give the path of a YAML file.',
    });
  }
  return name === '' ? undefined : name;
}

/** Collects what was given, strongest source first, so that the first text of a target is the one that counts. */
function collect({ argv, env, file }: SettingSources): Map<Target, Given> {
  const given = new Map<Target, Given>();
  const add = (target: Target | undefined, text: string | undefined, source: string): void => {
    if (target !== undefined && text !== undefined && !given.has(target)) given.set(target, { text, source });
  };
  // Of a repeated flag the last one counts, so that a wrapper's flags can be overridden by appending.
  for (const { flag, text, written } of parseServeCommandLine(argv).flags.toReversed()) {
    add(FLAG_TARGETS.get(flag), text, written);
  }
  // An empty variable is one that is not set: compose files and unit files cannot say it otherwise.
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  for (const name of OPTION_NAMES) add(name, variable(OPTIONS[name].variable), OPTIONS[name].variable);
  for (const { variable: name, means } of GO_SERVER_OPTIONS) {
    if (name !== undefined) add(means, variable(name), name);
  }
  if (file !== undefined) {
    const nameOfKey = new Map<string, keyof OptionValues>(
      OPTION_NAMES.map((name) => [OPTIONS[name].flag, name]),
    );
    for (const { key, text, line } of parseSettingsFile(file, [...nameOfKey.keys()])) {
      add(nameOfKey.get(key), text, `${file.name}:${line}: ${key}`);
    }
  }
  return given;
}

/** The value of one option: what was given, or the default. Says where a bad value came from. */
function settingOf<Name extends keyof OptionValues>(
  name: Name,
  given: Map<Target, Given>,
): OptionValues[Name] {
  const found = given.get(name);
  if (found === undefined) return OPTIONS[name].default;
  return parseGiven(found.source, found.text, OPTIONS[name].parse);
}

/**
 * The store: what was asked for, or the etcd that the settings of the Go discovery server name. That server keeps its
 * registrations in another form, so those are not there.
 */
function storeOf(given: Map<Target, Given>): { readonly store: StoreChoice; readonly notices: string[] } {
  const etcd = given.get('etcd');
  if (etcd === undefined) return { store: settingOf('store', given), notices: [] };
  if (given.has('store')) {
    return {
      store: settingOf('store', given),
      notices: [`${etcd.source} is not used, because a store is set.`],
    };
  }
  return {
    store: { kind: 'etcd', endpoints: parseGiven(etcd.source, etcd.text, parseEtcdEndpoints) },
    notices: [
      `${etcd.source} names the store, as --store etcd:${etcd.text} does. What the Go discovery server kept there is not read.`,
    ],
  };
}

/** Variables that look like a setting spelt wrongly. Others pass, since Kubernetes makes MUSTER_PORT and the like. */
function misspeltVariables(env: Environment): string[] {
  const known = [FILE_OPTION.variable, ...OPTION_NAMES.map((name) => OPTIONS[name].variable)];
  const notices: string[] = [];
  for (const name of Object.keys(env)) {
    if (!/^MUSTER_[A-Z_]+$/.test(name) || known.includes(name)) continue;
    const near = closestWord(
      name.slice('MUSTER_'.length),
      known.map((word) => word.slice('MUSTER_'.length)),
    );
    if (near !== undefined) notices.push(`${name} is not used: did you mean MUSTER_${near}?`);
  }
  return notices;
}

/**
 * The settings of the server from all their sources; reads nothing but its arguments. Throws `bad-setting`
 * with where the value stood, what it was and what to give instead.
 */
export function resolveSettings(sources: SettingSources): Settings {
  const given = collect(sources);
  const { store, notices: storeNotices } = storeOf(given);
  const notices = [...storeNotices, ...misspeltVariables(sources.env)];
  const ignored = given.get('ignored');
  if (ignored !== undefined)
    notices.push(`${ignored.source} is not used: tokens expire in time by themselves.`);
  const listen = settingOf('listen', given);
  return {
    listen,
    publicUrl: settingOf('publicUrl', given),
    trustProxy: settingOf('trustProxy', given),
    cors: settingOf('cors', given),
    shutdownTimeoutSeconds: settingOf('shutdownTimeoutSeconds', given),
    tlsCertFile: settingOf('tlsCertFile', given),
    tlsKeyFile: settingOf('tlsKeyFile', given),
    tlsClientCaFile: settingOf('tlsClientCaFile', given),
    tlsClientAuth: settingOf('tlsClientAuth', given),
    store,
    etcdPrefix: settingOf('etcdPrefix', given),
    etcdCaFile: settingOf('etcdCaFile', given),
    etcdCertFile: settingOf('etcdCertFile', given),
    etcdKeyFile: settingOf('etcdKeyFile', given),
    etcdUserFile: settingOf('etcdUserFile', given),
    create: settingOf('create', given) ?? (isLoopbackHost(listen.host) ? 'open' : 'admin'),
    adminTokenFile: settingOf('adminTokenFile', given),
    usersFile: settingOf('usersFile', given),
    tokenTtlSeconds: settingOf('tokenTtlSeconds', given),
    guard: settingOf('guard', given),
    rateLimit: settingOf('rateLimit', given),
    newPerMinute: settingOf('newPerMinute', given),
    watchesPerAddress: settingOf('watchesPerAddress', given),
    watchesPerToken: settingOf('watchesPerToken', given),
    metrics: settingOf('metrics', given),
    logLevel: settingOf('logLevel', given),
    logFormat: settingOf('logFormat', given) ?? (sources.terminal === true ? 'text' : 'json'),
    notices,
  };
}
