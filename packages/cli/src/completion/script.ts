import type { CommandDescription } from './describe.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script for the shell to source, of what the help shows. It holds all it needs, so completing starts no process. */
export function completionScript(shell: Shell, commands: readonly CommandDescription[]): string {
  return SCRIPTS[shell](commands.filter(({ hidden }) => !hidden));
}

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CommandDescription[]) => string>> = {
  bash,
  // zsh runs the completion functions of bash.
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`,
  fish,
};

function bash(commands: readonly CommandDescription[]): string {
  const top = commands.filter(({ path }) => path.length === 1).map(({ path }) => path.join(' '));
  const cases = commands.map(
    ({ path, flags, subcommands }) =>
      `    '${path.join(' ')}') words='${[...subcommands, ...flags].join(' ')}' ;;`,
  );
  return `_errand() {
  local current=\${COMP_WORDS[COMP_CWORD]} words='${top.join(' ')} help --help' known='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in --) COMPREPLY=($(compgen -c -- "$current")); return ;; -*) continue ;; esac
    known="$known\${known:+ }$word"
    case $known in
${cases.map((line) => `  ${line}`).join('\n')}
      *) break ;;
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _errand errand
`;
}

function fish(commands: readonly CommandDescription[]): string {
  const lines = commands.map(({ path: [command = '', sub], summary, flags }) => {
    const here = sub === undefined ? command : `${command}; and __fish_seen_subcommand_from ${sub}`;
    const about = summary.replaceAll("'", "\\'");
    const parent = sub === undefined ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${command}`;
    const name = `complete -c errand -f -n '${parent}' -a ${sub ?? command} -d '${about}'`;
    return [
      name,
      ...flags.map((flag) => `complete -c errand -n '__fish_seen_subcommand_from ${here}' ${fishFlag(flag)}`),
    ];
  });
  return `${lines.flat().join('\n')}\n`;
}

function fishFlag(flag: string): string {
  return flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`;
}
