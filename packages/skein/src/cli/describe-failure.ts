import { CommanderError } from 'commander'

import { plainLines, plainText } from '../terminal/plain-text.ts'
import { exitCode } from './exit-code.ts'

/** An error as the command reports it. */
export interface Failure {
  /** Without line breaks, harmless to a terminal; none where nothing is left to say. */
  readonly lines: readonly string[]
  readonly exitCode: number
}

/**
 * Describes an error in one line. A second line leads on: to the section of the guide about the error's code, or to
 * the stack of a foreign error, which doesn't say what to do.
 *
 * Our own errors are recognized by their code: an error that crosses threads
 * loses its class.
 *
 * @param debug - Whether to add the stack.
 */
export function describeFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof CommanderError) {
    // Commander has printed the message already.
    return { lines: [], exitCode: error.exitCode === 0 ? exitCode.success : exitCode.misuse }
  }
  const code = codeOf(error)
  const lines = [messageLine(error instanceof Error ? error.message : String(error))]
  if (debug) lines.push(...plainLines(String(error instanceof Error ? error.stack : error)))
  else if (code === 'SKEIN_KEY_MISSING') lines.push('The command takes its keys from SKEIN_KEYS: id=BASE64,id=BASE64.')
  else if (code === 'SKEIN_CEILING' || isOfBudget(error)) lines.push(budgetHint)
  else if (!code.startsWith('SKEIN_')) lines.push('Set SKEIN_DEBUG=1 to see where this comes from.')
  lines.push(...linkOf(error))
  return { lines, exitCode: exitCodes[code] ?? exitCode.failure }
}

const exitCodes: Readonly<Record<string, number>> = {
  SKEIN_OPTION: exitCode.misuse,
  SKEIN_CEILING: exitCode.tooCostly,
}
const budgetHint = 'Set the limits of a run with --budget-calls, --budget-tokens and --budget-usd.'

/** Our errors know their section of the guide, on whichever thread they arose. */
export function linkOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return []
  if ('docs' in error) return [plainText(`See ${String(error.docs)}`)]
  // A warning without an error behind it brings the sentence.
  return 'detail' in error && typeof error.detail === 'string' ? [plainText(error.detail)] : []
}

/** A message as one line of the command; it may quote what agents wrote. */
export function messageLine(message: string): string {
  return plainText(`skein: ${message.replaceAll(/\s+/g, (space) => (space.includes('\n') ? ' ' : space))}`)
}

/** The parts of a run fail together, because of the first one's error. */
function isOfBudget(error: unknown): boolean {
  return codeOf(error) === 'SKEIN_BUDGET' || (error instanceof Error && codeOf(error.cause) === 'SKEIN_BUDGET')
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
