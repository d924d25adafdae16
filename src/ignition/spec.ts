/**
 * The specs of Ignition documents that this validator knows, oldest first, without the `.0` at the end. There is no
 * 1.x with this layout, and 2.x ends with 2.4: what would have been 2.5 became 3.0.
 */
export const SPECS = ['2.0', '2.1', '2.2', '2.3', '2.4', '3.0', '3.1', '3.2', '3.3', '3.4', '3.5'] as const;

/** A spec by its first two numbers. */
export type Spec = (typeof SPECS)[number];

/** The first Ignition that takes documents of a spec. */
export const FIRST_IGNITION: Readonly<Record<Spec, string>> = {
  '2.0': '0.4',
  '2.1': '0.17',
  '2.2': '0.22',
  '2.3': '0.29',
  '2.4': '0.35',
  '3.0': '2.0',
  '3.1': '2.3',
  '3.2': '2.7',
  '3.3': '2.11',
  '3.4': '2.15',
  '3.5': '2.20',
};

/** The label that Ignition 2.11 to 2.14 have for what became 3.4.0. */
export const PREVIEW_VERSION = '3.4.0-experimental';

/** Whether a spec is `since` or newer. */
export function isSince(spec: Spec, since: Spec): boolean {
  return SPECS.indexOf(spec) >= SPECS.indexOf(since);
}

/** Whether a spec is of the 3.x line, which shares no document with 2.x. */
export function isVersion3(spec: Spec): boolean {
  return isSince(spec, '3.0');
}

/**
 * The spec that a document's `ignition.version` names; undefined when it names none. As in Ignition, the numbers may
 * have leading zeros, and an empty pre-release or build may stand behind them.
 */
export function parseSpec(version: string): Spec | undefined {
  if (version === PREVIEW_VERSION) return '3.4';
  const match = /^0*(\d)\.0*(\d)\.0+-?\+?$/.exec(version);
  const name = match === null ? undefined : `${match[1]}.${match[2]}`;
  return SPECS.find((spec) => spec === name);
}
