import type { JoinedCluster } from '../join/join.ts';

/** The forms in which `muster join` tells a cluster. */
export const OUTPUT_FORMATS = ['env', 'flags', 'yaml', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** A cluster that just met is new. */
const CLUSTER_STATE = 'new';

/** What etcd has to be told, by the names of its flags. */
export function etcdSettingsOf(
  { initialCluster, clusterToken }: JoinedCluster,
  name: string,
  peerUrls: readonly string[],
): ReadonlyArray<readonly [flag: string, value: string]> {
  return [
    ['name', name],
    ['initial-advertise-peer-urls', peerUrls.join(',')],
    ['initial-cluster', initialCluster],
    ['initial-cluster-token', clusterToken],
    ['initial-cluster-state', CLUSTER_STATE],
  ];
}

/** The environment variable of one of etcd's flags. */
export function variableOf(flag: string): string {
  return `ETCD_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** Writes a cluster down: for a shell or an EnvironmentFile, a command line, etcd's own file, or a program. */
export function formatCluster(
  format: OutputFormat,
  cluster: JoinedCluster,
  name: string,
  peerUrls: readonly string[],
): string {
  if (format !== 'json') return formatSettings(format, etcdSettingsOf(cluster, name, peerUrls));
  const { size, memberId, initialCluster, clusterToken } = cluster;
  const members = cluster.members.map((member) => ({
    memberId: member.memberId,
    name: member.name,
    peerUrls: member.peerUrls,
  }));
  return formatJson({
    ...{ name, memberId, peerUrls, size, members },
    ...{ initialCluster, initialClusterState: CLUSTER_STATE, clusterToken },
  });
}

/** Writes settings of etcd down, which are named by its flags. */
export function formatSettings(
  format: Exclude<OutputFormat, 'json'>,
  settings: ReadonlyArray<readonly [flag: string, value: string]>,
): string {
  switch (format) {
    case 'env':
      return settings.map(([flag, value]) => `${variableOf(flag)}=${quote(value)}\n`).join('');
    case 'flags':
      return `${settings.map(([flag, value]) => `--${flag}=${quote(value)}`).join(' ')}\n`;
    case 'yaml':
      // A string of JSON is one of YAML.
      return settings.map(([flag, value]) => `${flag}: ${JSON.stringify(value)}\n`).join('');
  }
}

/** As people and programs read it. */
function formatJson(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Writes down how etcd becomes a proxy: the line of a shell, or what a program makes one of. */
export function formatProxy(
  format: OutputFormat,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): string {
  if (format === 'json') return formatJson({ proxy: { command, variables } });
  const assigned = Object.entries(variables).map(([variable, value]) => `${variable}=${quote(value)}`);
  return `${[...assigned, ...command.map(quote)].join(' ')}\n`;
}

/** A word as a shell and systemd read it. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_.:/=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
