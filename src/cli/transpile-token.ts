import { createManagedToken, readReport } from '../api-client/api-client.ts';
import { lintEtcd } from '../boot-config/lint/lint-etcd.ts';
import { isDiscoveryError } from '../join/discovery-error.ts';
import type { CallOptions } from '../join/options.ts';
import { formatTime } from '../registry/findings/wording.ts';
import type { TokenReport } from '../registry/token-report.ts';
import {
  type ReportEntry,
  readEtcdSettings,
  type Transpiled,
  type TranspileOptions,
  transpile,
} from '../transpile/public.ts';

/** Where a token comes from. */
export interface TokenSource {
  /** Where Muster is, without a slash at the end. */
  readonly service: string;
  /** The cluster size that is meant. */
  readonly size: number | undefined;
  readonly adminToken: string | undefined;
}

/** What came of a configuration, and what is to be said of it beside that. */
export interface TranspiledWithToken {
  readonly transpiled: Transpiled;
  /** What is wrong. */
  readonly findings: readonly ReportEntry[];
  /** What is to be known. */
  readonly notices: readonly ReportEntry[];
}

const DEFAULT_SIZE = 3;
const TOKEN = /(?:^|\/)([0-9a-f]{32})$/;
/** Stands for a token until it is known that one is worth making. */
const NO_TOKEN = '0'.repeat(32);

/** The token that a configuration has already; undefined for a place holder and for none. */
function tokenOf(input: Uint8Array, options: TranspileOptions): string | undefined {
  const { settings = [] } = readEtcdSettings(input, options) ?? {};
  const found =
    settings.find(({ flag }) => flag === 'discovery-token') ??
    settings.find(({ flag }) => flag === 'discovery');
  return TOKEN.exec(found?.value ?? '')?.[1];
}

/** Null where the service does not know the token. */
async function askToken(url: string, call: CallOptions): Promise<TokenReport | null> {
  try {
    return await readReport(url, call);
  } catch (error) {
    if (isDiscoveryError(error, 'unknown')) return null;
    throw error;
  }
}

function failed(transpiled: Transpiled, findings: readonly ReportEntry[] = []): TranspiledWithToken {
  return { transpiled, findings, notices: [] };
}

/**
 * Transpiles a configuration with a token of a Muster: it asks about the one that is there, or makes one where there is
 * none, once nothing else stands in the way.
 *
 * @throws DiscoveryError `refused`, `unreachable`
 */
export async function transpileWithToken(
  input: Uint8Array,
  options: TranspileOptions,
  source: TokenSource,
  call: CallOptions,
): Promise<TranspiledWithToken> {
  const token = tokenOf(input, options);
  if (token === undefined) return transpileWithNew(input, options, source, call);
  const transpiled = transpile(input, options);
  const etcd = readEtcdSettings(input, options);
  if (transpiled.output === undefined || etcd === undefined) return failed(transpiled);
  const report = await askToken(`${source.service}/${token}`, call);
  return failed(transpiled, lintEtcd(etcd, { report, ...lintOptionsOf(source) }));
}

function lintOptionsOf({ service, size }: TokenSource): { serviceOrigin: string; size: number | undefined } {
  return { serviceOrigin: new URL(service).origin, size };
}

async function transpileWithNew(
  input: Uint8Array,
  options: TranspileOptions,
  source: TokenSource,
  call: CallOptions,
): Promise<TranspiledWithToken> {
  const { adminToken, service, size = DEFAULT_SIZE } = source;
  const trial = { ...options, discoveryUrl: `${service}/${NO_TOKEN}` };
  const tried = transpile(input, trial);
  const etcd = readEtcdSettings(input, trial);
  if (tried.output === undefined) return failed(tried);
  if (etcd === undefined) {
    const message =
      'there is no section "etcd" to put a token into: a section without any key will do, "etcd: {}"';
    return failed(tried, [{ severity: 'error', message }]);
  }
  const findings = lintEtcd(etcd, lintOptionsOf({ ...source, size }));
  if (options.strict === true && findings.length > 0) return failed(tried, findings);
  const made = await createManagedToken(service, { size, adminToken }, call);
  const { expiresAt, managementSecret, url } = made;
  const { line, column } = etcd.settings.find(({ key }) => key === 'discovery') ?? etcd;
  const message = `discovery is ${url}, a new token for ${size} ${size === 1 ? 'member' : 'members'} until ${formatTime(Date.parse(expiresAt))}; its management secret is told only here: ${managementSecret}`;
  const place = line === undefined || column === undefined ? {} : { line, column };
  return {
    transpiled: transpile(input, { ...options, discoveryUrl: url }),
    findings,
    notices: [{ severity: 'info', message, ...place }],
  };
}
