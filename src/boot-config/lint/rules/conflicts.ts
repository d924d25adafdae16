import { isAtLeast } from '../../etcd-version.ts';
import { type GivenSetting, settingsOf } from '../configuration.ts';
import type { LintEntry } from '../entry.ts';
import { etcdName, type LintContext } from './context.ts';

const DISCOVERY_FLAGS = ['discovery', 'discovery-endpoints', 'discovery-token'];

/** What says who is in the cluster, beside the discovery that is to find it out. */
export function checkStaticCluster({ configuration }: LintContext): readonly LintEntry[] {
  const [discovery] = settingsOf(configuration, ...DISCOVERY_FLAGS);
  if (discovery === undefined) return [];
  const entries: LintEntry[] = [];
  const [cluster] = settingsOf(configuration, 'initial-cluster');
  if (cluster !== undefined) {
    entries.push({
      ...{ id: 'cluster-beside-discovery', severity: 'problem', line: cluster.line },
      sentence: `${cluster.spelling} stands beside ${discovery.spelling}, and etcd does not start.`,
      remedy: `Remove ${cluster.spelling} for a new cluster, or the discovery for a member of a running one.`,
    });
  }
  const state = settingsOf(configuration, 'initial-cluster-state').find(({ value }) => value === 'existing');
  if (state !== undefined) {
    entries.push({
      ...{ id: 'existing-beside-discovery', severity: 'problem', line: state.line },
      sentence: `${state.spelling} is "existing" beside ${discovery.spelling}, and etcd does not start: a token is for new clusters.`,
      remedy:
        'For a member of a running cluster: etcdctl member add on one of its members, then start with --initial-cluster and --initial-cluster-state=existing, without discovery.',
    });
  }
  return entries;
}

/** The proxy of etcd 2, which 3.6 took out. */
export function checkFallback(context: LintContext): readonly LintEntry[] {
  const { configuration, version } = context;
  if (version !== undefined && !isAtLeast(version, 3, 6)) return [];
  const proxy = settingsOf(configuration, 'discovery-fallback').find(({ value }) => value === 'proxy');
  // A key of that name is not in etcd's file.
  if (proxy === undefined || proxy.source === 'key') return [];
  return [
    {
      ...{
        id: 'proxy-fallback-gone',
        severity: version === undefined ? 'warning' : 'problem',
        line: proxy.line,
      },
      sentence: `${version === undefined ? 'etcd from 3.6 on' : etcdName(context)} has no proxy to fall back to: with ${proxy.spelling}=proxy it does not start.`,
      remedy: 'Remove it; for machines that come late, start etcd by muster join --on-full proxy.',
    },
  ];
}

/** A flag with its variable: etcd ends rather than choose. */
export function checkSetTwice({ configuration }: LintContext): readonly LintEntry[] {
  const { settings, isNamedByUnit, form } = configuration;
  const variables = new Map(
    settings
      .filter(({ source, isData }) => source === 'variable' && isData !== true)
      .map((setting) => [setting.flag, setting]),
  );
  const twice = settings.flatMap((flag): LintEntry[] => {
    const variable = variables.get(flag.flag);
    return flag.source === 'flag' && variable !== undefined ? [setTwice(flag, variable)] : [];
  });
  // The unit sets ETCD_NAME=%m. Flatcar's wrapper takes it back where it sees --name; that of Container Linux did not.
  const name = isNamedByUnit
    ? settings.find(({ flag, source }) => flag === 'name' && source === 'flag')
    : undefined;
  if (name === undefined || variables.has('name')) return twice;
  return [
    ...twice,
    {
      ...{ id: 'set-twice', severity: form === 'clc' ? 'problem' : 'warning', line: name.line },
      sentence: `${name.spelling} is given, and etcd-member.service sets ETCD_NAME itself: with both, etcd does not start.`,
      remedy: `Remove ${name.spelling}, so that the name is the machine id, or set ETCD_NAME in a drop-in of the unit.`,
    },
  ];
}

function setTwice(flag: GivenSetting, variable: GivenSetting): LintEntry {
  return {
    ...{ id: 'set-twice', severity: 'problem', line: Math.max(flag.line, variable.line) },
    sentence: `${flag.spelling} and ${variable.spelling} are both given: etcd does not start with a setting in both places.`,
    remedy: `Keep one of ${flag.spelling} (line ${flag.line}) and ${variable.spelling} (line ${variable.line}).`,
  };
}

/** With a file, etcd reads nothing else. */
export function checkFile({ configuration }: LintContext): readonly LintEntry[] {
  const [file] = settingsOf(configuration, 'config-file');
  if (file === undefined) return [];
  const others = configuration.settings.filter(
    ({ flag, source }) =>
      source !== 'key' && /^(?:name|data-dir|listen-|initial-|advertise-|discovery)/.test(flag),
  );
  const [first] = others;
  if (first === undefined) return [];
  const spellings = [...new Set(others.map(({ spelling }) => spelling))].join(', ');
  return [
    {
      ...{ id: 'ignored-beside-file', severity: 'problem', line: first.line },
      sentence: `Beside ${file.spelling}, etcd ignores every other flag and variable: ${spellings}.`,
      remedy: `Put them into the file, or leave ${file.spelling} out.`,
    },
  ];
}
