import {
  type Emphasis,
  emphasisFor,
  formatIndented,
  type TextOutput,
  textWidth,
  wrapText,
} from './terminal.ts';

/** An option of a command, as its parser, its help, the completion of shells and the man page read it. */
export interface Flag {
  /** What stands for its value. `FILE` and `DIR` are completed as such. Without it, the option is a switch. */
  readonly value?: string;
  /** The values that there are, where they can be counted. */
  readonly choices?: readonly string[];
  /** Whether all that follows belongs to it: a command with its own options. */
  readonly takesRest?: boolean;
  /** What it does, as sentences. */
  readonly help: string;
}

/** The options of a command by their names, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>;

/** A way for a command to end, and its code, or several of them. */
export type ExitCode = readonly [code: string, meaning: string];

/** Everything that is to be known about the use of a command, declared once. */
export interface Manual {
  /** What stands behind the command's name, a line for each form. */
  readonly usage: readonly string[];
  /** What it does, in paragraphs. */
  readonly about: readonly string[];
  readonly flags: Flags;
  /** The arguments that are no options, by what stands for them; `FILE` and `a|b` are completed as such. */
  readonly words?: Readonly<Record<string, string>>;
  /** As a person types them; one may have several lines. */
  readonly examples: readonly string[];
  /** Those that the command has for itself; `muster help` has those of all. */
  readonly exitCodes?: readonly ExitCode[];
}

const INDENT = 2;
/** Texts stand in a column behind what they explain; that is on a line of its own where it is wider than this. */
const OPTION_MAX = 20;
const CODE_MAX = 8;

/** An option as a person writes it. */
export function writtenFlag(name: string, { value, choices }: Flag): string {
  const shown = value ?? choices?.join('|');
  return shown === undefined ? `--${name}` : `--${name} ${shown}`;
}

/** Where a help goes. */
interface HelpReader {
  readonly stdout: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The help of a command, for the terminal that it goes to. */
export function formatManual(name: string, manual: Manual, { stdout, env }: HelpReader): string {
  const width = textWidth(stdout);
  const strong = emphasisFor(stdout, env);
  const { usage, about, flags, words = {}, examples, exitCodes = [] } = manual;
  const [first = '', ...more] = usage.map((form) => `muster ${name} ${form}`.trimEnd());
  const options = Object.entries(flags).map(([flag, it]) => [writtenFlag(flag, it), it.help] as const);
  return [
    formatUsage(first, more, width),
    ...about.map((paragraph) => formatIndented(paragraph, 0, width)),
    formatTable('Options:', [...options, ...Object.entries(words)], OPTION_MAX, width, strong),
    formatExamples(examples, strong),
    formatTable('Exit codes:', exitCodes, CODE_MAX, width, strong),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function formatUsage(first: string, more: readonly string[], width: number): string {
  const forms = [`Usage: ${first}`, ...more.map((form) => `       ${form}`)];
  // A form that does not fit goes on further to the right.
  const lines = forms.flatMap((form) => {
    const [lead = '', text = ''] = [form.slice(0, 7), form.slice(7)];
    return wrapText(text, width - 9).map((line, index) => `${index === 0 ? lead : ' '.repeat(9)}${line}\n`);
  });
  return lines.join('');
}

function formatTable(
  title: string,
  rows: ReadonlyArray<readonly [head: string, text: string]>,
  headMax: number,
  width: number,
  strong: Emphasis,
): string {
  if (rows.length === 0) return '';
  const widths = rows.map(([head]) => head.length).filter((length) => length <= headMax);
  const headWidth = Math.max(...widths, 0);
  const column = INDENT + headWidth + 2;
  const lines = rows.map(([head, text]) => {
    const start = `${' '.repeat(INDENT)}${strong(head)}`;
    const body = formatIndented(text, column, width);
    if (head.length > headWidth) return `${start}\n${body}`;
    return `${start}${' '.repeat(headWidth - head.length + 2)}${body.slice(column)}`;
  });
  return `${strong(title)}\n${lines.join('')}`;
}

/** The examples of a command under their heading; nothing where there are none. */
export function formatExamples(examples: readonly string[], strong: Emphasis): string {
  if (examples.length === 0) return '';
  const lines = examples.flatMap((example) => example.split('\n')).map((line) => `  ${line}\n`);
  return `${strong(examples.length === 1 ? 'Example:' : 'Examples:')}\n${lines.join('')}`;
}
