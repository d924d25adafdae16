import type { EtcdSettings, ReportEntry } from '../../transpile/public.ts';
import type { Configuration, GivenSetting } from './configuration.ts';
import type { LintEntry } from './entry.ts';
import { type LintOptions, lintSettings } from './lint-settings.ts';

/** What the service says of a token keeps a machine out for certain; the rest is for people to judge. */
const FATAL = /^token-|^size-differs$/;

function severityOf({ id, severity }: LintEntry): ReportEntry['severity'] {
  if (severity === 'problem' && FATAL.test(id) && id !== 'token-form') return 'error';
  return severity === 'note' ? 'info' : 'warning';
}

function configurationOf({ isNamedByUnit, settings, version }: EtcdSettings): Configuration {
  return {
    form: 'clc',
    // Settings may share a line, so each one is told apart by its number.
    settings: settings.map(({ flag, key, value }, index): GivenSetting => {
      return { flag, value, line: index + 1, source: 'flag', spelling: key };
    }),
    // Versions that there never were are none to go by.
    versionText: version !== undefined && /^[23]\.\d{1,3}$/.test(version) ? version : undefined,
    isPartial: true,
    isJoined: false,
    isNamedByUnit,
  };
}

function placeOf({
  line,
  column,
}: {
  line?: number | undefined;
  column?: number | undefined;
}): Partial<ReportEntry> {
  return line === undefined || column === undefined ? {} : { line, column };
}

/**
 * What keeps the machines of a configuration from finding each other, as entries of its report.
 *
 * @param options what is known beside the configuration
 */
export function lintEtcd(etcd: EtcdSettings, options: LintOptions): readonly ReportEntry[] {
  const { entries } = lintSettings(configurationOf(etcd), options);
  return entries
    .map((entry): ReportEntry => {
      const place = entry.line === null ? etcd : (etcd.settings[entry.line - 1] ?? etcd);
      const message = `${entry.sentence} ${entry.remedy}`;
      return { severity: severityOf(entry), message, ...placeOf(place) };
    })
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0));
}
