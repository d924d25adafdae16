/** Where a command writes text; `process.stdout` and `process.stderr` are such. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The width of the terminal, where there is one. */
  readonly columns?: number;
}

const DEFAULT_COLUMNS = 80;
/** Wider lines are hard to read; narrower ones hold no word. */
const MAX_COLUMNS = 100;
const MIN_COLUMNS = 40;

/** How wide text for this output should be, in characters. */
export function textWidth(output: TextOutput): number {
  // Some terminals say that they are no column wide.
  const columns = output.columns || DEFAULT_COLUMNS;
  return Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, columns));
}

/** Marks a text as a heading: bold on a terminal, plain elsewhere and where NO_COLOR is set (no-color.org). */
export type Emphasis = (text: string) => string;

/** The emphasis that fits an output and its environment. */
export function emphasisFor(output: TextOutput, env: Readonly<Record<string, string | undefined>>): Emphasis {
  const { NO_COLOR = '', TERM } = env;
  const plain = output.isTTY !== true || NO_COLOR !== '' || TERM === 'dumb';
  return plain ? (text) => text : (text) => `\u001b[1m${text}\u001b[22m`;
}

/** Breaks a text into lines of at most `width` characters, at spaces; a longer word has a line of its own. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** Paragraphs under a margin of `indent` spaces, wrapped to `width` characters in all. */
export function formatIndented(text: string, indent: number, width: number): string {
  return wrapText(text, width - indent)
    .map((line) => `${' '.repeat(indent)}${line}\n`)
    .join('');
}

/** One line for people: what happened and what to do. */
export function formatProblem(message: string, remedy: string | undefined): string {
  const end = /[.!?]$/.test(message) ? '' : '.';
  return `muster: ${message}${end}${remedy === undefined ? '' : ` ${remedy}`}\n`;
}
