import type { Cause } from '../doctor/cause.ts';
import type { CheckResult } from '../doctor/checks.ts';
import type { Diagnosis } from '../doctor/diagnose.ts';
import { describeTimes, type LogReport, timeOf } from '../doctor/log/explain-log.ts';
import { formatPeers } from './doctor-table.ts';
import { type Emphasis, formatIndented } from './terminal.ts';
import { formatFinding, SIGNS } from './token-status.ts';
import { printable } from './token-table.ts';

/** Where a diagnosis goes. */
export interface DoctorReader {
  readonly width: number;
  readonly strong: Emphasis;
}

/** A diagnosis for people: how it stands, what may be the matter, what was found at each member. */
export function formatDiagnosis({ verdict, causes, checks, facts }: Diagnosis, reader: DoctorReader): string {
  const { width, strong } = reader;
  const word = verdict.state.toUpperCase();
  const lead = formatIndented(`${word}  ${printable(verdict.sentence)}`, 0, width);
  const table = formatPeers(facts, width);
  return [
    `${strong(word)}${lead.slice(word.length)}`,
    ...formatCauses(causes, reader),
    ...(table === '' ? [] : [`${strong('The members, as seen from this machine:')}\n${table}\n`]),
    formatIndented(`${formatChecks(checks)} --json has all that was found out.`, 0, width),
  ].join('\n');
}

/** What is in the way in full; beside that, what is only worth knowing gets a line. */
function formatCauses(causes: readonly Cause[], reader: DoctorReader): string[] {
  const { strong, width } = reader;
  const grave = causes.filter(({ severity }) => severity !== 'note');
  const notes = causes.filter(({ severity }) => severity === 'note');
  if (grave.length === 0) return notes.map((note) => formatFinding(note, reader));
  const title = grave.length === 1 ? 'What is the matter:' : 'What may be the matter, the likeliest first:';
  const parts = [`${strong(title)}\n\n${grave.map((cause) => formatFinding(cause, reader)).join('\n')}`];
  const lines = notes.map(({ sentence, id }) =>
    formatIndented(`- ${printable(sentence)} [${id}]`, 3, width).replace(/^ {3}/, ' '),
  );
  return notes.length === 0 ? parts : [...parts, `${strong('Worth knowing:')}\n${lines.join('')}`];
}

function formatChecks(checks: readonly CheckResult[]): string {
  const count = (wanted: CheckResult['result']): number =>
    checks.filter(({ result }) => result === wanted).length;
  return `Of ${checks.length} checks ${count('passed')} passed, ${count('found')} found something, and ${count('skipped')} had nothing to look at.`;
}

/**
 * What a log says, in its order.
 *
 * @param isBrief what it says of problems is told elsewhere in full
 */
export function formatLog(
  { entries, lines, known }: LogReport,
  reader: DoctorReader,
  isBrief: boolean,
): string {
  const { strong, width } = reader;
  const title = `${strong('What the log says:')}\n`;
  if (entries.length === 0) {
    const none = `None of its ${lines} lines is about discovery, or about what keeps members from each other.`;
    return `${title}${formatIndented(none, 2, width)}`;
  }
  const told = entries.map((entry, index) => {
    if (isBrief || entry.severity === 'step') return formatShort(entry, width);
    // In full it has lines around it that are empty.
    const before = index === 0 || entries[index - 1]?.severity !== 'step' ? '' : '\n';
    return `${before}${formatEntry(entry, reader)}\n`;
  });
  const end = isBrief || entries.at(-1)?.severity === 'step' ? '\n' : '';
  return `${title}\n${told.join('')}${end}${formatIndented(`${known} of its ${lines} lines say so.`, 0, width)}`;
}

type Entry = LogReport['entries'][number];

function formatShort({ severity, meaning, lastAt, isOver }: Entry, width: number): string {
  const sign = severity === 'step' ? 'ok' : SIGNS[severity];
  const time = lastAt === '' ? '' : `${timeOf(lastAt)}  `;
  const text = `${time}${printable(meaning)}${isOver ? ' That is over.' : ''}`;
  return `${sign} ${formatIndented(text, 3, width).trimStart()}`;
}

function formatEntry(entry: Entry, reader: DoctorReader): string {
  const { id, severity, meaning, remedy, text, isOver } = entry;
  const shown = text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}...` : text;
  const sentence = isOver ? `${meaning} That is over.` : meaning;
  const evidence = [shown, describeTimes(entry)];
  // A step is told on one line.
  const weight = severity === 'step' ? 'note' : severity;
  return formatFinding({ id: `log-${id}`, severity: weight, sentence, evidence, remedy }, reader);
}

const TEXT_SHOWN = 240;
