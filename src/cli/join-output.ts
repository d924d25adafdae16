import type { JoinedCluster } from '../join/join.ts';

/** The forms in which `muster join` tells a cluster. */
export const OUTPUT_FORMATS = ['env', 'flags', 'yaml', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What etcd has to be told, by the names of its flags. A cluster that just met is new. */
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
    ['initial-cluster-state', 'new'],
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
  const settings = etcdSettingsOf(cluster, name, peerUrls);
  switch (format) {
    case 'env':
      return settings.map(([flag, value]) => `${variableOf(flag)}=${quote(value)}\n`).join('');
    case 'flags':
      return `${settings.map(([flag, value]) => `--${flag}=${quote(value)}`).join(' ')}\n`;
    case 'yaml':
      // A string of JSON is one of YAML.
      return settings.map(([flag, value]) => `${flag}: ${JSON.stringify(value)}\n`).join('');
    case 'json': {
      const { size, memberId, members, initialCluster, clusterToken } = cluster;
      return `${JSON.stringify({ size, memberId, members, initialCluster, clusterToken }, null, 2)}\n`;
    }
  }
}

/** As a shell and systemd read it. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_.:/=,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
