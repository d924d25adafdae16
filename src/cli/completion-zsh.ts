import type { CompletedCommand, Completes } from './completion-words.ts';

/** A script that completes command lines of `muster` in zsh. */
export function formatZsh(commands: readonly CompletedCommand[]): string {
  const list = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}\n`).join('');
  return `#compdef muster
# Completion of muster for zsh: muster completion zsh > /usr/local/share/zsh/site-functions/_muster

_muster() {
  local curcontext=$curcontext command=$words[2]
  local -a commands=(
${list}  )
  if ((CURRENT == 2)); then
    _describe -t commands command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $command in
${commands.map(formatCommand).join('')}  esac
}

if [[ $funcstack[1] == _muster ]]; then
  _muster "$@"
else
  compdef _muster muster
fi
`;
}

function formatCommand({ name, flags, word }: CompletedCommand): string {
  const specs = flags.map((flag) => {
    const what = `[${toSpec(flag.brief)}]`;
    if (flag.value === undefined) return `--${flag.name}${what}`;
    if (flag.value.kind === 'command') return `--${flag.name}${what}:*::command:_normal`;
    return `--${flag.name}=${what}:value:${actionOf(flag.value)}`;
  });
  const all = [...specs, `*:word:${actionOf(word)}`].map((spec) => `        ${quote(spec)} \\\n`).join('');
  return `    ${name})\n      _arguments \\\n${all.replace(/ \\\n$/, '\n')}      ;;\n`;
}

function actionOf(completes: Completes): string {
  switch (completes.kind) {
    case 'choices':
      return `(${completes.choices.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'nothing':
    case 'command':
      return ' ';
  }
}

/** Brackets and colons mean something in the words of _arguments. */
function toSpec(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
