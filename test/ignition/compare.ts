import type { Entry, Report } from '../../src/ignition/validate.ts';
import type { JudgeEntry, Verdict } from './judges.ts';
import { deepestNode, nodesOf, offsetOf, type PlacedNode } from './nodes.ts';

/** What the two say differently; empty where they agree. */
export type Differences = readonly string[];

/** Entries that only this validator has, as docs/validate.md says. None of them is an error. */
const OWN_RULES: ReadonlySet<string> = new Set(['key-twice']);

const STRUCTURE_RULES: readonly string[] = ['wrong-type', 'json-syntax', 'spec-version'];

/** Partitions of a disk are told apart by each other, and Ignition names one of those that collide, any one. */
const PARTITION = /^(\$\.storage\.disks\.\d+\.partitions)\.\d+$/;

/** The same verdict. */
export function compareVerdicts(report: Report, verdict: Verdict): Differences {
  if (report.isValid === verdict.accepted) return [];
  const told = verdict.entries.map(({ kind, message, path }) => `${kind} ${path}: ${message}`);
  return [
    `Ignition ${verdict.accepted ? 'takes' : 'refuses'} it (${verdict.reason ?? ''}; ${told.join('; ')})`,
    ...report.entries.map(({ severity, rule, path, message }) => `${severity} ${rule} ${path}: ${message}`),
  ];
}

/** Of a key that stands twice, the second time with null, either value may be what counts. */
function isAmbiguous(text: string, report: Report): boolean {
  return text.includes('null') && report.entries.some(({ rule }) => rule === 'key-twice');
}

/** Places of partitions that Ignition compares without sense: negative ones, and ends that do not fit into 64 bits. */
export const SENSELESS_PLACE: RegExp = /"(?:size|start)(?:MiB)?": ?(?:-[1-9]|\d{18})/;

function isSenseless(text: string, { entries }: Verdict): boolean {
  const errors = entries.filter(({ kind }) => kind === 'error');
  return SENSELESS_PLACE.test(text) && errors.some(({ message }) => message === 'partitions overlap');
}

/** Compares with a judge of 3.x, which tells the path of each entry: the same verdict, the same places. */
export function compareWithPaths(text: string, report: Report, verdict: Verdict): Differences {
  if (isAmbiguous(text, report) || isSenseless(text, verdict)) return [];
  const differences = compareVerdicts(report, verdict);
  if (differences.length > 0 || !verdict.entries.some(({ path }) => path !== '$')) {
    return [...differences, ...compareFirstProblem(text, report, verdict)];
  }
  const judged = verdict.entries.filter((entry) => !isEcho(entry, verdict.entries));
  const wanted = new Map(judged.map((entry) => [`${entry.kind} ${general(entry.path ?? '')}`, entry]));
  const own = report.entries.filter(({ rule }) => !OWN_RULES.has(rule));
  const found = new Map(own.map((entry) => [`${entry.severity} ${general(entry.path)}`, entry]));
  // Below a key in another case Ignition looks for no unknown ones, and of two with one name only at the last.
  const isLoose = own.length < report.entries.length || own.some(({ rule }) => rule === 'key-case');
  return [
    ...[...wanted]
      .filter(([one]) => !found.has(one))
      .map(([one, { message }]) => `only Ignition: ${one}: ${message}`),
    ...[...found]
      .filter(([one, { severity }]) => !wanted.has(one) && !(isLoose && severity === 'warning'))
      .map(([one, { rule }]) => `only Muster: ${one}: ${rule}`),
    ...(isLoose ? [] : comparePlaces(text, [...found.values()], judged)),
  ];
}

const general = (path: string): string => path.replace(PARTITION, '$1');

/** Ignition reports a bad source of a reference at the reference too, and one of a key file at a path that is none. */
function isEcho({ path = '', message }: JudgeEntry, all: readonly JudgeEntry[]): boolean {
  if (/\.luks\.\d+\.keys$/.test(path)) return true;
  return all.some((other) => other.path === `${path}.source` && other.message === message);
}

/** Of a text or structure that cannot be read, Ignition tells the first problem and its place, without a path. */
function compareFirstProblem(text: string, report: Report, verdict: Verdict): Differences {
  const [first] = verdict.entries;
  if (first === undefined || first.line === 0 || !isAscii(text)) return [];
  const wrong = report.entries.filter(({ rule }) => rule === 'wrong-type');
  if (wrong.length === 0) return [];
  const nodes = nodesOf(text);
  const offset = offsetOf(text, first.line, first.column);
  const isNamed = wrong.some(({ path }) => {
    const node = nodes.get(path)?.node;
    return node !== undefined && offset >= node.start && offset <= node.end + 1;
  });
  // A key that stands twice may have a wrong type the first time.
  const isHidden = report.entries.some(({ rule }) => rule === 'key-twice' || rule === 'key-case');
  return isNamed || isHidden ? [] : [`only Ignition: ${first.message} at ${first.line}:${first.column}`];
}

function comparePlaces(text: string, own: readonly Entry[], judged: readonly JudgeEntry[]): Differences {
  // Ignition counts bytes.
  if (!isAscii(text)) return [];
  const nodes = nodesOf(text);
  return own.flatMap((entry) => {
    const other = judged.find(({ path, kind }) => path === entry.path && kind === entry.severity);
    if (other === undefined) return [];
    // It gives objects and lists the place behind their bracket.
    const isKey = entry.rule === 'unknown-key' || entry.rule === 'key-case';
    const kind = deepestNode(nodes, entry.path)?.node.kind;
    const shift = !isKey && (kind === 'object' || kind === 'array') ? 1 : 0;
    const isSame = other.line === entry.line && other.column === entry.column + shift;
    return isSame
      ? []
      : [`${entry.path}: ${entry.line}:${entry.column}, and Ignition says ${other.line}:${other.column}`];
  });
}

const isAscii = (text: string): boolean => /^[\t\n\r -~]*$/.test(text);

/**
 * Compares with a judge of 2.x, which tells where each entry's value ends, and no path: the same verdict, and for each
 * entry of one an entry of the other that is as grave, at the same value or within it.
 */
export function compareWithEnds(text: string, report: Report, verdict: Verdict): Differences {
  if (isAmbiguous(text, report) || isSenseless(text, verdict)) return [];
  const differences = compareVerdicts(report, verdict);
  if (differences.length > 0 || verdict.entries.length === 0 || !isAscii(text)) return differences;
  // Of a structure that it cannot read, Ignition tells the first problem, whatever the version says.
  if (report.entries.some(({ rule }) => STRUCTURE_RULES.includes(rule))) return [];
  if (report.entries.some(({ rule }) => rule === 'key-case' || rule === 'key-twice')) return [];
  const nodes = nodesOf(text);
  const judged = verdict.entries.filter(
    ({ kind, message }) => kind !== 'info' && !isMistaken(message, report),
  );
  const places = judged.map((entry) => ({
    entry,
    at: nodesEndingAt(nodes, offsetOf(text, entry.line, entry.column)),
  }));
  const isAt = (entry: Entry, at: readonly PlacedNode[]): boolean =>
    at.some(({ path }) => `${entry.path}.`.startsWith(`${path}.`) || `${path}.`.startsWith(`${entry.path}.`));
  const missing = places.filter(
    ({ entry, at }) => !report.entries.some((own) => own.severity === entry.kind && isAt(own, at)),
  );
  // Below something that it refuses, Ignition looks no further.
  const refused = places.filter(({ entry }) => entry.kind === 'error').flatMap(({ at }) => at);
  const extra = report.entries.filter(
    (own) =>
      !['null-section', 'unit-without-install'].includes(own.rule) &&
      !(report.spec === '2.3' && own.path.startsWith('$.ignition.security.tls.')) &&
      !places.some(({ entry, at }) => entry.kind === own.severity && isAt(own, at)) &&
      !isAt(own, refused),
  );
  return [
    ...missing.map(
      ({ entry }) => `only Ignition: ${entry.kind} at ${entry.line}:${entry.column}: ${entry.message}`,
    ),
    ...extra.map(({ severity, path, rule }) => `only Muster: ${severity} ${path}: ${rule}`),
  ];
}

/** In 2.3, Ignition does not recognise its own key `tls`, nor look below it for unknown ones. */
function isMistaken(message: string, { spec }: Report): boolean {
  return spec === '2.3' && message === 'Config has unrecognized key: tls';
}

/** On the first line, Ignition counts columns from 0. */
function nodesEndingAt(nodes: ReadonlyMap<string, PlacedNode>, offset: number): PlacedNode[] {
  const isNear = (end: number | undefined): boolean => end !== undefined && Math.abs(end - 1 - offset) <= 1;
  return [...nodes.values()].filter(({ node, keyEnd }) => isNear(node.end) || isNear(keyEnd));
}
