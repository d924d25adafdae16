// The package's form `muster/transpile`, which runs in browsers as well.
export type { EtcdDialect, LocalFiles } from './conversion.ts';
export { OUTPUT_PROFILES as PROFILES, type OutputProfile as Profile } from './profiles.ts';
export { formatReport, type ReportEntry, type Severity } from './report.ts';
export type { EtcdSetting, EtcdSettings } from './sections/etcd-settings.ts';
export { PLATFORM_NAMES } from './sections/platforms.ts';
export { readEtcdSettings, type Transpiled, type TranspileOptions, transpile } from './transpile.ts';
