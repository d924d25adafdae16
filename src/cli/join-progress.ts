import type { Clock, Timer } from '../clock/clock.ts';
import type { TextOutput } from './terminal.ts';

/** Tells people how far a cluster is. */
export interface Progress {
  /** How it stands now. */
  state(text: string): void;
  /** Something on the way. */
  note(text: string): void;
  /** Nothing more comes: what others write begins on a line of its own. */
  end(): void;
}

const DEFAULT_COLUMNS = 80;
const TICK_MS = 1000;
/** Goes to the start of the line and empties it. */
const CLEAR = '\r\u001b[K';

/** On a terminal the state is one line that is written anew, with the time that passed; elsewhere, a line each. */
export function openProgress(
  output: TextOutput,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): Progress {
  const { TERM } = env;
  if (output.isTTY === true && TERM !== 'dumb') return new LiveLine(output, clock);
  const write = (text: string): void => void output.write(`${lineOf(text)}\n`);
  return { state: write, note: write, end: () => {} };
}

class LiveLine implements Progress {
  readonly #output: TextOutput;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #text = '';
  #timer: Timer | undefined;

  constructor(output: TextOutput, clock: Clock) {
    this.#output = output;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  state(text: string): void {
    this.#text = text;
    this.#draw();
  }

  note(text: string): void {
    this.#output.write(`${this.#text === '' ? '' : CLEAR}${lineOf(text)}\n`);
    if (this.#text !== '') this.#draw();
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#text !== '') this.#output.write('\n');
    this.#text = '';
  }

  #draw(): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.setTimer(TICK_MS, () => this.#draw());
    const passed = ` (${formatPassed(this.#clock.now() - this.#startedAt)})`;
    // A line that is full goes on in the next one, which is not emptied.
    // Some terminals say that they are no column wide.
    const room = Math.max((this.#output.columns || DEFAULT_COLUMNS) - 1 - passed.length, 0);
    const line = lineOf(this.#text);
    this.#output.write(
      `${CLEAR}${line.length > room ? `${line.slice(0, Math.max(room - 1, 0))}…` : line}${passed}`,
    );
  }
}

/** Names of members come from others, and a terminal would obey what they hold. */
function lineOf(text: string): string {
  return `muster: ${text.replaceAll(/\p{Cc}/gu, '?')}`;
}

function formatPassed(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
