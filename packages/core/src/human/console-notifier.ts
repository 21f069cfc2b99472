import type { Clearance } from '@skein/memory'

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

/** Notifies people by a line on standard error. */
export function consoleNotifier(options: ConsoleNotifierOptions = {}): Notifier {
  const { clearance, write = (line) => process.stderr.write(`${line}\n`) } = options
  return {
    name: 'console',
    ...(clearance && { clearance }),
    notify: async ({ escalation, openedBy, assignedTo, question, reason }) => {
      const who = openedBy === undefined ? 'An agent' : `"${openedBy}"`
      const what = question ?? reason ?? 'you may not see more of it here'
      // The text comes from agents: it may contain line breaks and control characters.
      write(oneLine(`${who} waits for ${assignedTo ?? 'somebody'}: ${what} (escalation ${escalation})`))
    },
  }
}

function oneLine(text: string): string {
  // Control characters, line ends, and marks that change the direction of text.
  // oxlint-disable-next-line no-control-regex -- these are removed
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]+/g, ' ')
}
