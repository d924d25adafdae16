import { type GivenSetting, settingsOf } from '../configuration.ts';
import type { LintEntry } from '../entry.ts';
import { ALONE, etcdName, type LintContext, speaks } from './context.ts';

const V2_FLAGS = ['discovery', 'discovery-proxy'];
const V3_FLAGS = ['discovery-token', 'discovery-endpoints'];
const V3_REMEDY = 'Give --discovery-token and --discovery-endpoints instead.';

/**
 * What etcd does with a setting that its version does not know. A flag ends it; of a variable it logs a warning; of a
 * key in its file it says nothing. Seen with etcd 3.4 to 3.7.
 */
function unknownOutcome(setting: GivenSetting, etcd: string): string {
  switch (setting.source) {
    case 'flag':
      return `${etcd} does not know ${setting.spelling} and does not start`;
    case 'variable':
      return `${etcd} does not know ${setting.spelling} and ignores it with a warning, ${ALONE}`;
    case 'key':
      return `${etcd} does not know the key ${setting.spelling} and ignores it without a word, ${ALONE}`;
  }
}

/** Nothing in the text has to do with discovery. */
export function checkPresence({ configuration }: LintContext): readonly LintEntry[] {
  const { settings, isJoined } = configuration;
  if (isJoined || settings.some(({ flag }) => flag.startsWith('discovery') || flag === 'initial-cluster'))
    return [];
  return [
    {
      ...{ id: 'no-discovery', severity: configuration.isPartial ? 'note' : 'warning', line: null },
      sentence:
        settings.length === 0
          ? 'No setting of etcd was found in this text.'
          : `Nothing in this text tells etcd of other members, ${ALONE}.`,
      remedy: 'Give it the discovery URL; muster boot-config writes the lines.',
    },
  ];
}

/** v2 on a version that has it no longer, or for the last time. */
export function checkV2(context: LintContext): readonly LintEntry[] {
  const { configuration, version } = context;
  const given = settingsOf(configuration, ...V2_FLAGS);
  const has = speaks(context, 'v2');
  if (has === false) {
    const isReplaced = settingsOf(configuration, 'discovery-token').length > 0;
    return given.map((setting) => ({
      id: 'v2-discovery-gone',
      severity: isReplaced && setting.source !== 'flag' ? 'warning' : 'problem',
      line: setting.line,
      sentence:
        isReplaced && setting.source !== 'flag'
          ? `${etcdName(context)} does not know ${setting.spelling} and ignores it.`
          : `${unknownOutcome(setting, etcdName(context))}.`,
      remedy: isReplaced ? `Remove ${setting.spelling}.` : V3_REMEDY,
    }));
  }
  if (version !== undefined && speaks(context, 'v3') !== true) return [];
  return given.slice(0, 1).map((setting) => ({
    ...{ id: 'v2-discovery-ends', severity: 'note', line: setting.line },
    sentence: `${setting.spelling} is for etcd up to 3.6: 3.7 and newer ignore it as a variable or a key, and end with it as a flag.`,
    remedy:
      'For etcd 3.6 and newer, give --discovery-token with this same URL and --discovery-endpoints; members with --discovery still meet those.',
  }));
}

/** v3 on a version that does not have it yet. */
export function checkV3(context: LintContext): readonly LintEntry[] {
  if (speaks(context, 'v3') !== false) return [];
  return settingsOf(context.configuration, ...V3_FLAGS).map((setting) => ({
    ...{ id: 'v3-discovery-too-new', severity: 'problem', line: setting.line },
    sentence: `${unknownOutcome(setting, etcdName(context))}.`,
    remedy: 'Give --discovery with the whole discovery URL; v3 discovery begins with etcd 3.6.',
  }));
}

/** Keys of etcd's file that have to stand in their group. */
export function checkFlatKeys(context: LintContext): readonly LintEntry[] {
  const { configuration } = context;
  if (configuration.form !== 'etcd-yaml' || speaks(context, 'v3') === false) return [];
  return configuration.settings
    .filter(({ spelling }) => /^discovery-(?!config|proxy|srv|fallback)/.test(spelling))
    .map(({ spelling, line }) => ({
      ...{ id: 'flat-discovery-keys', severity: 'problem', line },
      sentence: `In a file, etcd ignores the key ${spelling} without a word, ${ALONE}.`,
      remedy: `Write it as ${nestedSpelling(spelling)}.`,
    }));
}

function nestedSpelling(key: string): string {
  const name = key.slice('discovery-'.length);
  if (name === 'token') return 'discovery-config: {token: ...}';
  if (/^(?:cert|key|cacert|insecure-)/.test(name)) {
    return `discovery-config: {client: {secure: {${name}: ...}}}`;
  }
  if (name === 'endpoints') return 'discovery-config: {client: {endpoints: [...]}}';
  if (/^(?:user|password)$/.test(name)) {
    return `discovery-config: {client: {auth: {${name === 'user' ? 'username' : name}: ...}}}`;
  }
  return `discovery-config: {client: {${name}: ...}}`;
}

/** Settings that go together, and settings that exclude each other. */
export function checkPairs(context: LintContext): readonly LintEntry[] {
  const { configuration } = context;
  // Those are what the rule above is about, and no settings to etcd.
  const found = (flag: string): GivenSetting | undefined =>
    settingsOf(configuration, flag).find(({ source, spelling }) => source !== 'key' || spelling !== flag);
  const [token, endpoints] = [found('discovery-token'), found('discovery-endpoints')];
  const entries: LintEntry[] = [];
  if (token !== undefined && endpoints === undefined)
    entries.push(withoutEndpoints(configuration.settings, token));
  if (endpoints !== undefined && token === undefined) {
    entries.push({
      ...{ id: 'endpoints-without-token', severity: 'problem', line: endpoints.line },
      sentence: `${endpoints.spelling} is given without a token, and etcd does not start.`,
      remedy: 'Give the discovery URL as --discovery-token; in a file it is discovery-config: {token: ...}.',
    });
  }
  const [v2] = settingsOf(configuration, 'discovery');
  if (v2 !== undefined && endpoints !== undefined && speaks(context, 'v2') !== false) {
    entries.push({
      ...{ id: 'both-dialects', severity: 'problem', line: Math.max(v2.line, endpoints.line) },
      sentence: `${v2.spelling} and ${endpoints.spelling} are both given, and etcd does not start.`,
      remedy: 'Keep the one that fits its version: v3 from etcd 3.6 on, v2 before.',
    });
  }
  return entries;
}

function withoutEndpoints(settings: readonly GivenSetting[], token: GivenSetting): LintEntry {
  const misplaced = settings.find(({ flag }) => flag === 'discovery-config.endpoints');
  return {
    ...{ id: 'token-without-endpoints', severity: 'problem', line: misplaced?.line ?? token.line },
    sentence: `${token.spelling} is given without endpoints, and etcd does not start.`,
    remedy:
      misplaced === undefined
        ? 'Give the address of the service as --discovery-endpoints; in a file it is discovery-config: {client: {endpoints: [...]}}.'
        : 'Put the endpoints one step further in: discovery-config: {client: {endpoints: [...]}}.',
  };
}
