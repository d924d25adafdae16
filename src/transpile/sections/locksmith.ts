import type { Profile } from '../profiles.ts';
import { error, errorUnless, type Findings, NO_FINDINGS } from '../report.ts';
import { optional } from '../schema/collections.ts';
import { text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { isDuration } from '../text/duration.ts';
import { quote } from '../text/quote.ts';
import { isGiven } from './service-unit.ts';

type Setting = string | undefined;

/** `locksmith`: when a machine may reboot for an update. */
export interface Locksmith {
  reboot_strategy: Setting;
  window_start: Setting;
  window_length: Setting;
  group: Setting;
  etcd_endpoints: Setting;
  etcd_cafile: Setting;
  etcd_certfile: Setting;
  etcd_keyfile: Setting;
}

const STRATEGIES = ['reboot', 'etcd-lock', 'off'];

function checkStrategy({ reboot_strategy: strategy }: Locksmith, profile: Profile): Findings {
  // Before 2.2.0 a strategy was needed.
  if ((strategy ?? '') === '' && profile >= '2.2.0') return NO_FINDINGS;
  const isKnown = STRATEGIES.includes((strategy ?? '').toLowerCase());
  return errorUnless(isKnown, 'unknown reboot strategy');
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Go's way of reading words, which `ct` used, does not go on in another line: without two words there is no day. */
const DAY_AND_TIME = /^[^\S\n]*(\S+)[^\S\n]+(\S+)/u;
/** What `ct` itself called the day where there is none; it was taken from the configuration as well. */
const NO_DAY = 'not-present';
const TIME = /^(?:[01]?[0-9]|2[0-3]):[0-5][0-9]$/;

function checkStart({ window_start: start }: Locksmith): Findings {
  if (start === undefined || start === '') return NO_FINDINGS;
  const [, day = NO_DAY, time = start] = DAY_AND_TIME.exec(start) ?? [];
  if (![...DAYS, NO_DAY].includes(day.toLowerCase())) return error('unknown day in window start');
  return errorUnless(TIME.test(time), "couldn't parse window start");
}

function checkLength({ window_length: length }: Locksmith): Findings {
  if (length === undefined || length === '') return NO_FINDINGS;
  return errorUnless(isDuration(length), "couldn't parse window length");
}

function checkWindow({ window_start: start = '', window_length: length = '' }: Locksmith): Findings {
  return errorUnless(
    (start === '') === (length === ''),
    'window-start and window-length must both be specified',
  );
}

/** The fields of `locksmith`, and what is checked of them. */
export const locksmith: Type<Locksmith> = struct<Locksmith>(
  'Locksmith',
  {
    reboot_strategy: { type: optional(text), check: checkStrategy },
    window_start: { type: optional(text), check: checkStart },
    window_length: { type: optional(text), check: checkLength },
    group: optional(text),
    etcd_endpoints: optional(text),
    etcd_cafile: optional(text),
    etcd_certfile: optional(text),
    etcd_keyfile: optional(text),
  },
  checkWindow,
);

/** The variables of locksmith, in the order of their lines. */
const VARIABLES: readonly (readonly [name: string, key: keyof Locksmith])[] = [
  ['REBOOT_STRATEGY', 'reboot_strategy'],
  ['LOCKSMITHD_REBOOT_WINDOW_START', 'window_start'],
  ['LOCKSMITHD_REBOOT_WINDOW_LENGTH', 'window_length'],
  ['LOCKSMITHD_GROUP', 'group'],
  ['LOCKSMITHD_ENDPOINT', 'etcd_endpoints'],
  ['LOCKSMITHD_ETCD_CAFILE', 'etcd_cafile'],
  ['LOCKSMITHD_ETCD_CERTFILE', 'etcd_certfile'],
  ['LOCKSMITHD_ETCD_KEYFILE', 'etcd_keyfile'],
];

/** The lines of a section in `update.conf`. */
export function locksmithLines(section: Locksmith, profile: Profile): readonly string[] {
  return VARIABLES.flatMap(([name, key]) => {
    const value = section[key];
    return isGiven(value, profile) ? [`${name}=${quote(String(value))}`] : [];
  });
}
