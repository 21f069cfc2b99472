import { CommanderError } from 'commander'

import { plain, plainLines } from '../terminal/plain-text.ts'

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
  const message = error instanceof Error ? error.message : String(error)
  // It may quote what agents wrote.
  const lines = [plain(`skein: ${message.replaceAll(/\s*\n\s*/g, ' ')}`)]
  if (debug) lines.push(...plainLines(String(error instanceof Error ? error.stack : error)))
  else if (code === 'SKEIN_KEY_MISSING') lines.push('The command takes its keys from SKEIN_KEYS: id=BASE64,id=BASE64.')
  else if (!code.startsWith('SKEIN_')) lines.push('Set SKEIN_DEBUG=1 to see where this comes from.')
  return { text: `${lines.join('\n')}\n`, exitCode: code === 'SKEIN_OPTION' ? exit.misused : exit.failed }
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
