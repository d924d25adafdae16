import type { TokenReport } from '../../registry/token-report.ts';
import { parseEtcdVersion } from '../etcd-version.ts';
import type { Configuration } from './configuration.ts';
import type { LintEntry } from './entry.ts';
import { checkAdvertised, checkClientUrls, checkName } from './rules/addresses.ts';
import { checkFallback, checkFile, checkSetTwice, checkStaticCluster } from './rules/conflicts.ts';
import type { LintContext, LintRule } from './rules/context.ts';
import { checkFlatKeys, checkPairs, checkPresence, checkV2, checkV3 } from './rules/dialects.ts';
import {
  checkPublicService,
  checkSeveralTokens,
  checkTokenForm,
  checkTokenState,
  discoveryUrlOf,
} from './rules/token.ts';
import { checkPlainTls, checkScheme, checkV2Tls } from './rules/transport.ts';

/** What is known beside the text. */
export interface LintOptions {
  /** The version of etcd, such as `3.7`. Default: what the text names, by an image or a tag. */
  readonly etcdVersion?: string | undefined;
  /** The address of the service as it is known to be, such as `https://discovery.example`. */
  readonly serviceOrigin?: string | undefined;
  /** What the service says of the token; null where it does not know it. */
  readonly report?: TokenReport | null | undefined;
  /** The cluster size that is meant. */
  readonly size?: number | undefined;
}

/** What a lint found. */
export interface LintReport {
  /** In the order of the lines; what is about no line comes first. */
  readonly entries: readonly LintEntry[];
  /** The version that was gone by, such as `3.7`; null where none is known. */
  readonly etcdVersion: string | null;
  /** The discovery URL in the text, where it has one whose token may be asked about. */
  readonly discoveryUrl: string | null;
}

const RULES: readonly LintRule[] = [
  ...[checkPresence, checkV2, checkV3, checkFlatKeys, checkPairs],
  ...[checkStaticCluster, checkFallback, checkSetTwice, checkFile],
  ...[checkName, checkAdvertised, checkClientUrls],
  ...[checkTokenForm, checkSeveralTokens, checkPublicService],
  ...[checkScheme, checkPlainTls, checkV2Tls, checkTokenState],
];

/**
 * Says what in settings keeps machines from finding each other. It runs in browsers too.
 *
 * @throws MusterError `bad-setting` where the version is none
 */
export function lintSettings(configuration: Configuration, options: LintOptions = {}): LintReport {
  const versionText = options.etcdVersion ?? configuration.versionText;
  const version = versionText === undefined ? undefined : parseEtcdVersion(versionText);
  const { serviceOrigin, report, size } = options;
  const context: LintContext = { configuration, version, serviceOrigin, report, size };
  const entries = RULES.flatMap((rule) => rule(context)).map(withoutTokens);
  return {
    entries: entries.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    etcdVersion: version === undefined ? null : `${version.major}.${version.minor}`,
    discoveryUrl: discoveryUrlOf(configuration) ?? null,
  };
}

/** A key may be of any text, and whoever has a token may register: as much is shown as tells it from another one. */
function withoutTokens(entry: LintEntry): LintEntry {
  const mask = (text: string): string =>
    text.replaceAll(/[0-9a-f]{32,}/gi, (token) => `${token.slice(0, 8)}...`);
  return { ...entry, sentence: mask(entry.sentence), remedy: mask(entry.remedy) };
}
