import type { CompletedCommand, Completes } from './completion-words.ts';

/** A script that completes command lines of `muster` in bash. */
export function formatBash(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# Completion of muster for bash: source <(muster completion bash)

# Names with spaces are one word each. bash 3 has no compopt, and does without the slash behind a folder.
_muster_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}

_muster() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} at
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names}' -- "$cur"))
    return
  fi
  # bash makes three words of --flag=value.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
${commands.map(formatRest).join('')}  case "$command $prev" in
${commands.map(formatValues).join('')}  esac
  case "$command" in
${commands.map(formatWords).join('')}  esac
}

complete -F _muster muster
`;
}

/** What stands behind an option that takes a whole command. */
function formatRest({ name, flags }: CompletedCommand): string {
  const rest = flags.filter(({ value }) => value?.kind === 'command');
  return rest
    .map(
      (flag) => `  for ((at = 2; at < COMP_CWORD; at++)); do
    [[ $command == ${name} && \${COMP_WORDS[at]} == --${flag.name} ]] || continue
    if ((at == COMP_CWORD - 1)); then
      COMPREPLY=($(compgen -c -- "$cur"))
    else
      _muster_paths -f "$cur"
    fi
    return
  done
`,
    )
    .join('');
}

function formatValues({ name, flags }: CompletedCommand): string {
  const valued = flags.flatMap((flag) => (flag.value === undefined ? [] : [{ ...flag, value: flag.value }]));
  const actions = new Set(valued.map(({ value }) => actionOf(value)));
  return [...actions]
    .map((action) => {
      const same = valued.filter(({ value }) => actionOf(value) === action);
      const patterns = same.map((flag) => `'${name} --${flag.name}'`).join(' | ');
      return `    ${patterns}) ${action === '' ? '' : `${action}; `}return ;;\n`;
    })
    .join('');
}

function formatWords({ name, flags, word }: CompletedCommand): string {
  const options = flags.map((flag) => `--${flag.name}`).join(' ');
  return `    ${name})
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '${options}' -- "$cur"))
      else
        ${actionOf(word) || ':'}
      fi
      ;;
`;
}

function actionOf(completes: Completes): string {
  switch (completes.kind) {
    case 'choices':
      return `COMPREPLY=($(compgen -W '${completes.choices.join(' ')}' -- "$cur"))`;
    case 'files':
      return '_muster_paths -f "$cur"';
    case 'folders':
      return '_muster_paths -d "$cur"';
    case 'nothing':
    case 'command':
      return '';
  }
}
