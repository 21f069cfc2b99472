import { levels } from '@skein/memory/store'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import { rights } from '../inspect/inspect-options.ts'
import { completionScripts } from '../render/completion-scripts.ts'
import type { CompletableCommand, Shell } from '../render/completion-scripts.ts'
import { print } from '../terminal/printer.ts'

const shells = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[]

/** Adds `skein completion`, which prints a script that lets a shell complete commands, options and their values. */
export function addCompletion(skein: Command): void {
  addCommand(skein, 'completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
To load it:
  bash   source <(skein completion bash)           in ~/.bashrc
  zsh    source <(skein completion zsh)            in ~/.zshrc, after compinit
  fish   skein completion fish | source            in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell) => void (await print(completionScripts[shell](completable(skein)).trimEnd())))
}

/** Suggestions for options that take other values as well. */
const suggestions: Readonly<Record<string, readonly string[]>> = { '--clearance': levels, '--right': rights }

/** Reads the commands from the program itself: a list of its own could fall behind. */
function completable(skein: Command): readonly CompletableCommand[] {
  return skein.commands.map((command) => ({
    name: command.name(),
    summary: (command.description().split(/[.:;]/)[0] ?? '').replaceAll(/[^\w ,-]/g, ''),
    options: command.options.map(({ long, argChoices, required }) => {
      const flag = long ?? ''
      return {
        flag,
        choices: argChoices ?? suggestions[flag] ?? [],
        takesValue: required,
        takesFiles: flag === '--store',
      }
    }),
    choices: command.registeredArguments[0]?.argChoices ?? [],
    takesFiles: /^(?:file|store)$/.test(command.registeredArguments[0]?.name() ?? ''),
  }))
}
