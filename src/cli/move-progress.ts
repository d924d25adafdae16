import { type Clock, systemClock } from '../clock/clock.ts';
import type { CliContext } from './command.ts';
import { openProgress } from './join-progress.ts';

/** How often the line of a terminal is written anew, and how often a line is written elsewhere. */
const TERMINAL_MS = 100;
const ELSEWHERE_MS = 10_000;

/** Tells people how far a command is that takes its time. */
export interface MoveProgress {
  /** How far it is; the text is made only where it is shown. */
  now(text: () => string): void;
  note(text: string): void;
  /** The last line, which is what it came to. */
  end(text: string): void;
  /** No more is told; what others write begins on a line of its own. */
  stop(): void;
}

export function openMoveProgress(
  { stderr, env }: Pick<CliContext, 'stderr' | 'env'>,
  clock: Clock = systemClock,
): MoveProgress {
  const progress = openProgress(stderr, env, clock);
  const intervalMs = stderr.isTTY === true ? TERMINAL_MS : ELSEWHERE_MS;
  let nextAt = clock.now() + intervalMs;
  return {
    now(text) {
      const now = clock.now();
      if (now < nextAt) return;
      nextAt = now + intervalMs;
      progress.state(text());
    },
    note: (text) => progress.note(text),
    end(text) {
      progress.end();
      progress.note(text);
    },
    stop: () => progress.end(),
  };
}
