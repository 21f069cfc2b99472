import type { Command } from 'commander'

import type { ErrorReporter } from './error-reporter.ts'
import { examples } from './examples.ts'
import { isCommandName, outline } from './outline.ts'

/** What a command gets beside its arguments, and what it sets for the end of the process. */
export interface CommandContext {
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
  readonly errors: ErrorReporter
  /** The exit code of a command that ends normally; one that fails throws instead. */
  exitCode: number
  /** Printed when the user interrupts: says what became of the work. */
  afterInterrupt: string
}

/** Adds one command to the program, as each file of `commands/` does. */
export type AddCommand = (skein: Command, context: CommandContext) => void

/** Adds a command to the program, or to a command, that reports misuse as the program does, with its outline and examples. */
export function addCommand(parent: Command, name: string): Command {
  const path = parent.parent ? `skein ${parent.name()} ${name}` : `skein ${name}`
  const command = parent.command(name).exitOverride().showHelpAfterError(`(${path} --help shows how)`)
  if (isCommandName(name)) command.description(outline[name].description)
  const shown = Object.entries(examples[name] ?? {}).flatMap(([line, does]) => [`  ${line}`, `      ${does}`])
  return shown.length === 0 ? command : command.addHelpText('after', `\nExamples:\n${shown.join('\n')}`)
}
