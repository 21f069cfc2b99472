import { plain } from '../terminal/plain-text.ts'

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
    // Who only looks has nothing else under way in the background that could fail.
    const what = name === 'SkeinWarning' ? '' : 'The audit may not know of this look. '
    process.stderr.write(plain(`skein: ${what}${process.env['SKEIN_DEBUG'] ? (stack ?? message) : message}`) + '\n')
  })
}
