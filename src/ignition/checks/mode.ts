import type { Check } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';

const MODE_MAX = 0o7777n;
const SPECIAL_BITS = 0o7000n;

/** The mode of a file or directory, which JSON can only give in decimal. */
export const checkMode: Check = (item, { spec, findings }) => {
  const mode = item.whole('mode');
  const path = item.at('mode');
  if (mode === undefined) {
    if (!isSince(spec, '2.2') || isVersion3(spec)) return;
    findings.add(
      'mode-unset',
      path,
      'there is no mode, and Ignition sets 0000, so that nobody but root can read it',
    );
    return;
  }
  if (mode < 0n || mode > MODE_MAX) {
    findings.add(
      'mode-range',
      path,
      `the mode ${mode} is not from 0 to ${MODE_MAX} (octal 7777)${hintOf(mode)}`,
    );
  }
  if (isVersion3(spec) && (BigInt.asUintN(32, mode) & SPECIAL_BITS) !== 0n) {
    findings.add(
      'mode-special-bits',
      path,
      `the mode ${mode}, octal ${mode.toString(8)}, has setuid, setgid or sticky bits, which do not work before spec 3.6.0${hintOf(mode)}`,
    );
  }
};

/** Modes are thought of in octal, and JSON has decimal numbers only. */
function hintOf(mode: bigint): string {
  const digits = String(mode);
  return /^[0-7]{3}$/.test(digits)
    ? `; if octal ${digits} is meant, write ${Number.parseInt(digits, 8)}`
    : '';
}
