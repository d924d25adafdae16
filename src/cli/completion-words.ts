import type { Command } from './command.ts';
import type { Flag } from './manual.ts';

/** What may stand in a place of a command line, as far as a shell can tell. */
export type Completes =
  | { readonly kind: 'nothing' | 'files' | 'folders' }
  /** One of these. */
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  /** Another command with all that belongs to it. */
  | { readonly kind: 'command' };

/** A command as the completion of shells knows it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: ReadonlyArray<{
    readonly name: string;
    readonly brief: string;
    /** Undefined: it is a switch. */
    readonly value: Completes | undefined;
  }>;
  /** What is no option. */
  readonly word: Completes;
}

/** Every command with what completes it, and `help`, which takes the name of one. */
export function describeCommands(commands: readonly Command[]): readonly CompletedCommand[] {
  const described = commands.map(({ name, summary, manual }) => ({
    name,
    summary,
    flags: [
      ...Object.entries(manual.flags).map(([flag, it]) => ({
        name: flag,
        brief: briefOf(it.help),
        value: completesOf(it),
      })),
      { name: 'help', brief: 'how it is used', value: undefined },
    ],
    word: wordOf(Object.keys(manual.words ?? {})),
  }));
  const word: Completes = { kind: 'choices', choices: described.map(({ name }) => name) };
  return [...described, { name: 'help', summary: 'Print the help of one command.', flags: [], word }];
}

function completesOf({ value, choices, takesRest }: Flag): Completes | undefined {
  if (takesRest === true) return { kind: 'command' };
  if (choices !== undefined) return { kind: 'choices', choices };
  return value === undefined ? undefined : placeOf(value);
}

function wordOf([first]: readonly string[]): Completes {
  if (first === undefined) return { kind: 'nothing' };
  return first.includes('|') ? { kind: 'choices', choices: first.split('|') } : placeOf(first);
}

/** By what stands for it in the help. */
function placeOf(placeholder: string): Completes {
  if (/\bFILE\b/.test(placeholder)) return { kind: 'files' };
  return { kind: /^(?:DIR|BACKUP)$/.test(placeholder) ? 'folders' : 'nothing' };
}

const BRIEF_MAX = 60;

/** The beginning of a text, up to the end of its first thought. */
function briefOf(text: string): string {
  const [first = ''] = text.split(/[.:;](?: |$)|, such as /, 1);
  return first.length <= BRIEF_MAX ? first : `${first.slice(0, first.lastIndexOf(' ', BRIEF_MAX))} ...`;
}
