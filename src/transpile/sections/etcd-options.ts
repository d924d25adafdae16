import type { ServiceOption } from './service-options.ts';

type Type = ServiceOption['type'];

/** An option, what it holds, and the first and the last minor version that has it. */
export type OptionRow = readonly [key: string, type?: Type, since?: number, until?: number];

/** The options of etcd 2, in the order in which they are written. */
const ETCD_2: readonly OptionRow[] = [
  ['advertise_client_urls'],
  ['ca_file'],
  ['cert_file'],
  ['client_cert_auth', 'bool'],
  ['cors'],
  ['data_dir'],
  ['debug', 'bool'],
  ['discovery'],
  ['discovery_fallback'],
  ['discovery_srv'],
  ['discovery_proxy'],
  ['election_timeout', 'int'],
  ['enable_pprof', 'bool'],
  ['force_new_cluster', 'bool'],
  ['heartbeat_interval', 'int'],
  ['initial_advertise_peer_urls'],
  ['initial_cluster'],
  ['initial_cluster_state'],
  ['initial_cluster_token'],
  ['key_file'],
  ['listen_client_urls'],
  ['listen_peer_urls'],
  ['log_package_levels'],
  ['max_snapshots', 'int'],
  ['max_wals', 'int'],
  ['name'],
  ['peer_ca_file'],
  ['peer_cert_file'],
  ['peer_key_file'],
  ['peer_client_cert_auth', 'bool'],
  ['peer_trusted_ca_file'],
  ['proxy'],
  ['proxy_dial_timeout', 'int'],
  ['proxy_failure_wait', 'int'],
  ['proxy_read_timeout', 'int'],
  ['proxy_refresh_interval', 'int'],
  ['proxy_write_timeout', 'int'],
  ['snapshot_count', 'int'],
  ['strict_reconfig_check', 'bool'],
  ['trusted_ca_file'],
  ['wal_dir'],
];

/** The options of etcd 3, in the order in which they are written. */
const ETCD_3: readonly OptionRow[] = [
  ['name'],
  ['data_dir'],
  ['wal_dir'],
  ['snapshot_count', 'int'],
  ['heartbeat_interval', 'int'],
  ['election_timeout', 'int'],
  ['enable_pprof', 'bool'],
  ['enable_v2', 'bool', 2],
  ['listen_peer_urls'],
  ['listen_client_urls'],
  ['max_snapshots', 'int'],
  ['max_wals', 'int'],
  ['cors'],
  ['quota_backend_bytes', 'int', 3],
  ['max_txn_ops', 'int', 3],
  ['max_request_bytes', 'int', 3],
  ['grpc_keepalive_min_time', 'text', 3],
  ['grpc_keepalive_interval', 'text', 3],
  ['grpc_keepalive_timeout', 'text', 3],
  ['initial_advertise_peer_urls'],
  ['initial_cluster'],
  ['initial_cluster_state'],
  ['initial_cluster_token'],
  ['advertise_client_urls'],
  ['discovery'],
  ['discovery_srv'],
  ['discovery_fallback'],
  ['discovery_proxy'],
  ['strict_reconfig_check', 'bool'],
  ['auto_compaction_retention', 'int', 0, 2],
  ['auto_compaction_retention', 'text', 3],
  ['auto_compaction_mode', 'text', 3],
  ['proxy'],
  ['proxy_failure_wait', 'int'],
  ['proxy_refresh_interval', 'int'],
  ['proxy_dial_timeout', 'int'],
  ['proxy_write_timeout', 'int'],
  ['proxy_read_timeout', 'int'],
  ['ca_file'],
  ['cert_file'],
  ['key_file'],
  ['client_cert_auth', 'bool'],
  ['client_crl_file', 'text', 3],
  ['trusted_ca_file'],
  ['auto_tls', 'bool'],
  ['peer_ca_file'],
  ['peer_cert_file'],
  ['peer_key_file'],
  ['peer_client_cert_auth', 'bool'],
  ['peer_crl_file', 'text', 3],
  ['peer_trusted_ca_file'],
  ['peer_auto_tls', 'bool'],
  ['peer_cert_allowed_cn', 'text', 3],
  ['auth_token', 'text', 2],
  ['debug', 'bool'],
  ['log_package_levels'],
  ['force_new_cluster', 'bool'],
  ['metrics', 'text', 1],
  ['log_output', 'text', 1],
  ['listen_metrics_urls', 'text', 3],
  ['experimental_initial_corrupt_check', 'bool', 3],
  ['experimental_corrupt_check_time', 'text', 3],
  ['experimental_enable_v2v3', 'text', 3],
];

/** The newest minor version of etcd 3 whose options are known. */
export const NEWEST_ETCD_3_MINOR = 3;

/** The options of a minor version. */
export function optionsOf(rows: readonly OptionRow[], minor: number): readonly ServiceOption[] {
  return rows
    .filter(([, , since = 0, until = Number.POSITIVE_INFINITY]) => since <= minor && minor <= until)
    .map(([key, type = 'text']) => ({ key, type, flag: key.replaceAll('_', '-') }));
}

/** The options of etcd 2.3 and newer. */
export function etcd2Options(): readonly ServiceOption[] {
  return optionsOf(ETCD_2, 3);
}

/** The options of a minor version of etcd 3, up to the newest that `ct` knew. */
export function etcd3Options(minor: number): readonly ServiceOption[] {
  return optionsOf(ETCD_3, minor);
}
