import { createInterface } from 'node:readline'

import { canRedraw, printNote } from './printer.ts'

/**
 * Asks the person at the terminal. Where there is none, and at the end of input, the answer is no.
 *
 * @throws the signal's reason.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY || !canRedraw()) return false
  printNote(`${question} [y/N]`)
  const lines = createInterface({ input: process.stdin, signal })
  try {
    for await (const line of lines) return ['y', 'yes'].includes(line.trim().toLowerCase())
    signal.throwIfAborted()
    return false
  } finally {
    lines.close()
  }
}
