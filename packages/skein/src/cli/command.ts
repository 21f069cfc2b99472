import type { Command } from 'commander'

/** What a command is given beside its arguments, and what it leaves. */
export interface CommandContext {
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal
  /** How the process is to end; a command that fails throws instead. */
  exitCode: number
  /** What is said to who interrupts: what became of the work. */
  afterInterrupt: string
}

/** Adds a command to the program, one that fails as the program does. */
export function addCommand(skein: Command, name: string): Command {
  return skein.command(name).exitOverride().showHelpAfterError(`(skein ${name} --help shows how)`)
}
