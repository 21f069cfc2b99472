import { plainLines } from '../terminal/plain-text.ts'
import { printNote } from '../terminal/printer.ts'
import { describeFailure, linkOf, messageLine } from './describe-failure.ts'

/**
 * Reports errors and warnings on standard error, each line once. When a disk
 * fills up, the command and the memory's background writers (audit, ledger) all
 * fail for the same reason: the user reads it once.
 */
export class ErrorReporter {
  readonly #debug: boolean
  readonly #printed = new Set<string>()

  /**
   * Says what a failure in the background means, as a sentence before its message.
   *
   * @defaultValue '': the message stands alone
   */
  backgroundNote = ''

  /** @param debug - Whether to print stacks. */
  constructor(debug: boolean) {
    this.#debug = debug
  }

  /** Takes over the warnings of the process from Node's own printer. Call it once. */
  captureWarnings(): void {
    process.removeAllListeners('warning')
    process.on('warning', (warning) => this.#printWarning(warning))
  }

  /** Takes over errors that nobody caught: Node would print what they quote as it is. Call it once. */
  captureCrashes(): void {
    process.on('uncaughtException', (error) => process.exit(this.report(error)))
  }

  /** @returns the exit code that the error calls for. */
  report(error: unknown): number {
    const { lines, exitCode } = describeFailure(error, this.#debug)
    this.print(...lines)
    return exitCode
  }

  print(...lines: readonly string[]): void {
    // Stacks share lines and must stay whole.
    const fresh = this.#debug ? lines : lines.filter((line) => !this.#printed.has(line))
    for (const line of fresh) this.#printed.add(line)
    if (fresh.length > 0) printNote(fresh.join('\n'))
  }

  #printWarning(warning: Error): void {
    const { message, name, stack = message } = warning
    if (name === 'DeprecationWarning' || name === 'ExperimentalWarning') return
    // Warnings of this name say themselves what they mean.
    const note = this.backgroundNote === '' || name === 'SkeinWarning' ? '' : `${this.backgroundNote} `
    if (this.#debug) this.print(...plainLines(`skein: ${note}${stack}`))
    else this.print(messageLine(`${note}${message}`), ...linkOf(warning))
  }
}
