import { FIRST_IGNITION } from '../ignition/spec.ts';
import type { Entry, Report } from '../ignition/validate.ts';
import type { Environment } from '../server/settings.ts';
import { emphasisFor, type TextOutput, textWidth } from './terminal.ts';
import { printable } from './token-table.ts';

/** What stands before the lines of an excerpt. */
const INDENT = '    ';

/** One line of JSON that says all about one document. */
export function formatReportJson(file: string, { spec, isValid, entries, omitted }: Report): string {
  const version = spec === undefined ? null : `${spec}.0`;
  return `${JSON.stringify({ file, version, valid: isValid, entries, omitted })}\n`;
}

/**
 * A line for each entry, `FILE:LINE:COLUMN: error: text (at $.path)`, as compilers write them. On a terminal, the line
 * of the document follows with a mark below the place, and at the end a summary.
 */
export function formatReport(
  file: string,
  text: string,
  report: Report,
  output: TextOutput,
  env: Environment,
): string {
  const isTerminal = output.isTTY === true;
  const strong = emphasisFor(output, env);
  const excerpts = isTerminal ? new Excerpts(text, textWidth(output)) : undefined;
  const lines = report.entries.map((entry) => {
    const { line, column, severity, message, path } = entry;
    const place = printable(`${file}:${line}:${column}`);
    return `${place}: ${strong(severity)}: ${printable(`${message} (at ${path})`)}\n${excerpts?.show(entry) ?? ''}`;
  });
  if (report.omitted > 0) lines.push(`${file}: ${report.omitted} further entries are not shown\n`);
  if (isTerminal) lines.push(summarize(file, report));
  return lines.join('');
}

function summarize(file: string, { spec, isValid, entries, omitted }: Report): string {
  const count = entries.length + omitted;
  const found = count === 0 ? '' : `, ${count} ${count === 1 ? 'entry' : 'entries'}`;
  const version =
    spec === undefined ? '' : `, spec ${spec}.0, which Ignition has since ${FIRST_IGNITION[spec]}`;
  return `${printable(file)}: ${isValid ? 'valid' : 'not valid'}${found}${version}\n`;
}

/** Shows places of a document, whose lines may be very long. They come in the order of the document. */
class Excerpts {
  readonly #text: string;
  readonly #width: number;
  /** A place that was reached: its offset, and its line and column. */
  #at = 0;
  #line = 1;
  #column = 1;

  constructor(text: string, width: number) {
    this.#text = text;
    this.#width = width - INDENT.length;
  }

  show({ line, column }: Entry): string {
    this.#goTo(line, column);
    const half = Math.floor(this.#width / 2);
    const before =
      this.#text
        .slice(Math.max(0, this.#at - 2 * half), this.#at)
        .split('\n')
        .at(-1) ?? '';
    const after = this.#text.slice(this.#at, this.#at + 2 * this.#width).split('\n', 1)[0] ?? '';
    const left = [...before].slice(-half);
    const right = [...after].slice(0, this.#width - left.length);
    const mark = ' '.repeat(left.length);
    return `${INDENT}${printable([...left, ...right].join(''))}\n${INDENT}${mark}^\n`;
  }

  #goTo(line: number, column: number): void {
    for (; this.#line < line; this.#line++) {
      this.#at = this.#text.indexOf('\n', this.#at) + 1;
      this.#column = 1;
    }
    for (; this.#column < column; this.#column++) {
      // A character outside of the first plane takes two places.
      this.#at += (this.#text.codePointAt(this.#at) ?? 0) > 0xffff ? 2 : 1;
    }
  }
}
