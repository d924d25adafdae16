import { type LintOptions, type LintReport, lintSettings } from './lint-settings.ts';
import { readConfiguration } from './read-configuration.ts';

export { LINT_IDS, type LintEntry, type LintId } from './entry.ts';
export type { LintOptions, LintReport } from './lint-settings.ts';

/**
 * Reads a configuration of etcd in any form, and says what keeps its machines from finding each other. What etcd does
 * in each case was seen with the real one.
 *
 * @throws MusterError `bad-setting` where the version is none
 */
export function lintConfiguration(text: string, options: LintOptions = {}): LintReport {
  return lintSettings(readConfiguration(text), options);
}
