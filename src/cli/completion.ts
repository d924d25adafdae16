import { parseArguments, usageError } from './arguments.ts';
import { type Command, EXIT_CODES } from './command.ts';
import { formatBash } from './completion-bash.ts';
import { formatFish } from './completion-fish.ts';
import { type CompletedCommand, describeCommands } from './completion-words.ts';
import { formatZsh } from './completion-zsh.ts';
import { formatManual, type Manual } from './manual.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CompletedCommand[]) => string>> = {
  bash: formatBash,
  zsh: formatZsh,
  fish: formatFish,
};

const MANUAL: Manual = {
  usage: [Object.keys(SHELLS).join('|')],
  about: [
    'Prints a script by which a shell completes the commands of muster, their options, and the values of these.',
  ],
  flags: {},
  words: { 'bash|zsh|fish': 'the shell' },
  examples: [
    'source <(muster completion bash)',
    'muster completion bash > /etc/bash_completion.d/muster',
    'muster completion zsh > /usr/local/share/zsh/site-functions/_muster',
    'muster completion fish > ~/.config/fish/completions/muster.fish',
  ],
};

/** `muster completion`. @param all every command of the program, this one too */
export function createCompletionCommand(all: () => Promise<readonly Command[]>): Command {
  return {
    name: 'completion',
    summary: 'Print what makes a shell complete commands.',
    manual: MANUAL,
    help: (context) => formatManual('completion', MANUAL, context),
    async run(args, context) {
      const { words, isHelp } = parseArguments('completion', args, {}, 1);
      const [shell = ''] = words;
      const format = SHELLS[shell];
      if (!isHelp && format === undefined) {
        const known = Object.keys(SHELLS).join(', ');
        throw usageError(
          'completion',
          shell === ''
            ? 'no shell is named'
            : `${JSON.stringify(shell.slice(0, 100))} is no shell that is known`,
          `Name one of ${known}.`,
        );
      }
      const text =
        isHelp || format === undefined
          ? formatManual('completion', MANUAL, context)
          : format(describeCommands(await all()));
      context.stdout.write(text);
      return EXIT_CODES.ok;
    },
  };
}
