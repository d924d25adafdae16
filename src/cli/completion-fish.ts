import type { CompletedCommand, Completes } from './completion-words.ts';

/** A script that completes command lines of `muster` in fish. */
export function formatFish(commands: readonly CompletedCommand[]): string {
  const first = commands.map(
    ({ name, summary }) => `complete -c muster -n __fish_use_subcommand -a ${name} -d ${quote(summary)}\n`,
  );
  return [
    '# Completion of muster for fish: muster completion fish > ~/.config/fish/completions/muster.fish\n\n',
    'complete -c muster -f\n',
    ...first,
    ...commands.flatMap(formatCommand),
  ].join('');
}

function formatCommand({ name, flags, word }: CompletedCommand): string[] {
  const isHere = `complete -c muster -n '__fish_seen_subcommand_from ${name}'`;
  const options = flags.map(
    (flag) => `${isHere} -l ${flag.name}${argumentOf(flag.value)} -d ${quote(flag.brief)}\n`,
  );
  const words = word.kind === 'nothing' ? [] : [`${isHere}${wordOf(word)}\n`];
  return [...options, ...words];
}

/** What an option takes: `-r` one more word, `-x` one that is no file. */
function argumentOf(completes: Completes | undefined): string {
  switch (completes?.kind) {
    case undefined:
      return '';
    case 'choices':
      return ` -x -a ${quote(completes.choices.join(' '))}`;
    case 'files':
      return ' -r -F';
    case 'folders':
      return " -x -a '(__fish_complete_directories)'";
    case 'nothing':
      return ' -x';
    case 'command':
      return " -x -a '(__fish_complete_subcommand)'";
  }
}

function wordOf(completes: Completes): string {
  if (completes.kind === 'files') return ' -F';
  return argumentOf(completes).replace(' -x', '');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
