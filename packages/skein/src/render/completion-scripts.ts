/** A shell that takes a completion script. */
export type Shell = 'bash' | 'zsh' | 'fish'

/** The parts of a command that a shell completes. All strings consist of letters, digits, spaces, commas and hyphens. */
export interface CompletableCommand {
  readonly name: string
  readonly summary: string
  readonly options: readonly {
    readonly flag: string
    readonly choices: readonly string[]
    readonly takesValue: boolean
    readonly takesFiles: boolean
  }[]
  /** The values that its first argument may have. */
  readonly choices: readonly string[]
  /** Whether its arguments are paths. */
  readonly takesFiles: boolean
}

/** Makes the script for each shell. A script holds all names itself: completing starts no process. */
export const completionScripts: Readonly<Record<Shell, (commands: readonly CompletableCommand[]) => string>> = {
  bash: bashScript,
  zsh: (commands) => `#compdef skein
autoload -Uz bashcompinit && bashcompinit
${bashScript(commands)}`,
  fish: fishScript,
}

function bashScript(commands: readonly CompletableCommand[]): string {
  const cases = commands.flatMap(({ name, options, choices, takesFiles }) => [
    `    ${name})`,
    ...(choices.length > 0 ? [`      args='${choices.join(' ')}'`] : []),
    ...(takesFiles ? ['      files=1'] : []),
    `      options='${options.map(({ flag }) => flag).join(' ')} --help'`,
    '      case "$previous" in',
    ...options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, choices: values, takesFiles: isFile }) => {
        const words = isFile ? '-f' : `-W '${values.join(' ')}'`
        return `        ${flag}) COMPREPLY=($(compgen ${words} -- "$current")); return ;;`
      }),
    '      esac ;;',
  ])
  return `_skein() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" args='' options='' files=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...commands.map(({ name }) => name), '--help', '--version'].join(' ')}' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [ -n "$files" ]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [ "$COMP_CWORD" -eq 2 ]; then
    COMPREPLY=($(compgen -W "$args" -- "$current"))
  fi
}
complete -o filenames -F _skein skein
`
}

function fishScript(commands: readonly CompletableCommand[]): string {
  const lines = commands.flatMap(({ name, summary, options, choices, takesFiles }) => {
    const seen = `__fish_seen_subcommand_from ${name}`
    return [
      `complete -c skein -n __fish_use_subcommand -f -a ${name} -d '${summary}'`,
      ...(takesFiles ? [] : [`complete -c skein -n '${seen}' -f`]),
      ...(choices.length > 0 ? [`complete -c skein -n '${seen}' -f -a '${choices.join(' ')}'`] : []),
      ...options.map(({ flag, choices: values, takesValue, takesFiles: isFile }) => {
        const value = isFile ? ' -r -F' : takesValue ? ` -x -a '${values.join(' ')}'` : ''
        return `complete -c skein -n '${seen}' -l ${flag.slice(2)}${value}`
      }),
    ]
  })
  return `${['complete -c skein -e', ...lines].join('\n')}\n`
}
