import { plain } from './plain-text.ts'

let isTelling = false

/**
 * Has warnings of the memory told as the command tells errors: each once, in a
 * line that does nothing to the terminal. They may name what agents named.
 */
export function tellWarnings(): void {
  if (isTelling) return
  isTelling = true
  const told = new Set<string>()
  process.removeAllListeners('warning')
  process.on('warning', ({ message, name, stack }) => {
    if (told.has(message) || name === 'DeprecationWarning' || name === 'ExperimentalWarning') return
    told.add(message)
    process.stderr.write(`skein: ${plain(process.env['SKEIN_DEBUG'] ? (stack ?? message) : message)}\n`)
  })
}
