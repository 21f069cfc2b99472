import { CommanderError } from 'commander'

/** How the command ended. 130 is what shells expect after Ctrl-C. */
export const exit = { fine: 0, failed: 1, misused: 2, interrupted: 130 } as const

/** What the command says of an error, and its exit code. */
export interface Failure {
  readonly text: string
  readonly exitCode: number
}

/**
 * Says what went wrong in one sentence, and for a foreign error, which does not
 * say what to do, how to learn more.
 *
 * Ours are known by their code: the class of an error is lost between threads.
 *
 * @param debug - Whether to show where it comes from.
 */
export function describeFailure(error: unknown, debug: boolean): Failure {
  if (error instanceof CommanderError) {
    // Commander has printed what there is to say.
    return { text: '', exitCode: error.exitCode === 0 ? exit.fine : exit.misused }
  }
  const code = codeOf(error)
  const lines = [`skein: ${error instanceof Error ? error.message : String(error)}`]
  if (debug) lines.push(String(error instanceof Error ? error.stack : error))
  else if (!code.startsWith('SKEIN_')) lines.push('Set SKEIN_DEBUG=1 to see where this comes from.')
  return { text: `${lines.join('\n')}\n`, exitCode: code === 'SKEIN_OPTION' ? exit.misused : exit.failed }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
