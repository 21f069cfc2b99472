import type { Clearance } from '@skein/memory'
import { plainText, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { Notifier } from './notifier.ts'

/** Options of {@link consoleNotifier}. */
export interface ConsoleNotifierOptions {
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /**
   * Writes one line, which has no line break at its end.
   *
   * @defaultValue to standard error
   */
  readonly write?: (line: string) => void
}

const kinds: OptionKinds<ConsoleNotifierOptions> = { clearance: 'object', write: 'function' }

/**
 * Notifies people by a line on standard error.
 *
 * @example
 * ```ts
 * import { consoleNotifier, createFlock } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory, notifiers: [consoleNotifier({ clearance: { level: 'internal' } })] })
 * await flock.close()
 * await memory.close()
 * ```
 */
export function consoleNotifier(options: ConsoleNotifierOptions = {}): Notifier {
  const { clearance, write = (line: string) => process.stderr.write(`${line}\n`) } = requireOptions(
    'consoleNotifier',
    options,
    kinds,
  )
  return {
    name: 'console',
    ...(clearance && { clearance }),
    notify: async ({ escalation, openedBy, assignedTo, question, reason }) => {
      const who = openedBy === undefined ? 'An agent' : `"${openedBy}"`
      const what = question ?? reason ?? 'you may not see more of it here'
      // The text comes from agents: it may contain line breaks and control characters.
      write(plainText(`${who} waits for ${assignedTo ?? 'somebody'}: ${what} (escalation ${escalation})`))
    },
  }
}
