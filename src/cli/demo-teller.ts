import { emphasisFor, formatIndented, type TextOutput, textWidth } from './terminal.ts';

/** Writes what happens for people, with the time since the beginning before it. */
export interface Teller {
  /** What happened just now. */
  say(sentence: string): void;
  /** A paragraph. */
  write(text: string): void;
  /** Something to look at or to type, on a line of its own, which is not broken. */
  show(text: string): void;
}

const SECONDS_WIDTH = 6;
const INDENT = SECONDS_WIDTH + 4;

/** @param passedMs the time since the beginning */
export function openTeller(
  output: TextOutput,
  env: Readonly<Record<string, string | undefined>>,
  passedMs: () => number,
): Teller {
  const width = textWidth(output);
  const strong = emphasisFor(output, env);
  return {
    say(sentence) {
      const seconds = (passedMs() / 1000).toFixed(1).padStart(SECONDS_WIDTH);
      const text = formatIndented(clean(sentence), INDENT, width).slice(INDENT);
      const [who = ''] = /^m\d+(?= )/.exec(text) ?? [];
      output.write(`${seconds} s  ${who === '' ? '' : strong(who)}${text.slice(who.length)}`);
    },
    write: (text) => void output.write(formatIndented(clean(text), 0, width)),
    show: (text) => void output.write(`  ${strong(clean(text))}\n`),
  };
}

/** Some of it comes from other programs, and a terminal would obey what it holds. */
function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}
