import { isAtLeast } from '../../etcd-version.ts';
import { type Configuration, type GivenSetting, isFilledIn, settingsOf } from '../configuration.ts';
import type { LintEntry, LintId } from '../entry.ts';
import type { LintContext } from './context.ts';

const PEER = 'initial-advertise-peer-urls';
const CLIENT = 'advertise-client-urls';

function usesDiscovery(configuration: Configuration): boolean {
  return settingsOf(configuration, 'discovery', 'discovery-token', 'discovery-endpoints').length > 0;
}

/** A text that may be one of several that are read together: variables without the command. */
function isOneOfSeveral({ isPartial, settings }: Configuration): boolean {
  return isPartial || settings.every(({ source }) => source === 'variable');
}

/** etcd calls every member `default` where nobody says otherwise. */
export function checkName({ configuration, size }: LintContext): readonly LintEntry[] {
  const { isNamedByUnit } = configuration;
  const names = settingsOf(configuration, 'name');
  if (!usesDiscovery(configuration) || size === 1 || (names.length === 0 && isNamedByUnit)) return [];
  const found = names.find(({ value }) => value === 'default');
  if (names.length > 0 && found === undefined) return [];
  return [
    {
      id: 'default-name',
      severity: found === undefined && isOneOfSeveral(configuration) ? 'warning' : 'problem',
      line: found?.line ?? null,
      sentence:
        found === undefined
          ? 'No name is given, so that every member is "default": all but the first are refused.'
          : 'The name is "default", which is what etcd takes without one: all members but the first are refused.',
      remedy: 'Give each machine a name of its own by --name, such as its host name.',
    },
  ];
}

/** Addresses that others would use in vain. */
export function checkAdvertised(context: LintContext): readonly LintEntry[] {
  const { configuration } = context;
  if (!usesDiscovery(configuration) || context.size === 1) return [];
  const given = settingsOf(configuration, PEER, CLIENT);
  return [
    ...given.flatMap((setting) => checkHosts(setting)),
    ...(given.some(({ flag }) => flag === PEER) ? [] : [missingPeerUrls(configuration)]),
  ];
}

const LOOPBACK = /^(?:localhost|(?:.*\.)?localhost|127(?:\.[0-9]+){1,3}|\[::1\])$/i;
const UNSPECIFIED = /^(?:0\.0\.0\.0|\[::\]|)$/;

function checkHosts(setting: GivenSetting): readonly LintEntry[] {
  const hosts = setting.value.split(',').map(hostOf);
  const isPeer = setting.flag === PEER;
  const entry = (id: LintId, sentence: string): LintEntry => ({
    ...{ id, severity: isPeer ? 'problem' : 'warning', line: setting.line, sentence },
    remedy: `Give ${setting.spelling} the address by which ${isPeer ? 'the other members' : 'clients'} reach this machine; 127.0.0.1 and 0.0.0.0 are for the --listen- flags.`,
  });
  const who = isPeer ? 'no other member' : 'no client on another machine';
  const entries: LintEntry[] = [];
  const reachable = hosts.some(
    (host) => host === undefined || !(LOOPBACK.test(host) || UNSPECIFIED.test(host)),
  );
  if (!reachable && hosts.some((host) => host !== undefined && LOOPBACK.test(host))) {
    entries.push(
      entry('loopback-advertised', `${setting.spelling} is a loopback address, which ${who} can reach.`),
    );
  }
  if (hosts.some((host) => host !== undefined && UNSPECIFIED.test(host))) {
    entries.push(
      entry(
        'unspecified-advertised',
        `${setting.spelling} means every address of the machine, and ${who} can reach it.`,
      ),
    );
  }
  return entries;
}

/** The host of a URL; undefined where it is only known on the machine, or is no URL. */
function hostOf(url: string): string | undefined {
  if (isFilledIn(url)) return undefined;
  return /^[a-z]+:\/\/(\[[^\]]*\]|[^:/]*)(?::\d+)?$/i.exec(url.trim())?.[1];
}

function missingPeerUrls(configuration: Configuration): LintEntry {
  return {
    ...{
      id: 'loopback-advertised',
      severity: isOneOfSeveral(configuration) ? 'warning' : 'problem',
      line: null,
    },
    sentence: `No ${PEER} is given, so that etcd tells the others http://localhost:2380, which means themselves.`,
    remedy: `Give --${PEER} the address by which the other members reach this machine, such as http://10.0.0.1:2380.`,
  };
}

/** Client URLs that are listened on and not told. */
export function checkClientUrls({ configuration, version }: LintContext): readonly LintEntry[] {
  const [listen] = settingsOf(configuration, 'listen-client-urls');
  if (listen === undefined || settingsOf(configuration, CLIENT).length > 0) return [];
  const ends = listen.source !== 'key' && (version === undefined || isAtLeast(version, 3, 6));
  const outcome =
    listen.source === 'key'
      ? 'etcd tells clients http://localhost:2379'
      : ends
        ? 'etcd from 3.6 on does not start'
        : 'etcd tells clients nothing';
  return [
    {
      id: 'client-urls-missing',
      severity: ends && !isOneOfSeveral(configuration) ? 'problem' : 'warning',
      line: listen.line,
      sentence: `${listen.spelling} is given without ${CLIENT}: ${outcome}.`,
      remedy: `Give --${CLIENT} the address by which clients reach this machine, such as http://10.0.0.1:2379.`,
    },
  ];
}
