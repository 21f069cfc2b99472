import type { Line } from './lines.ts'

/** A markup language in which a line means something else than it does in others; `undefined` for all others. */
export type Dialect = 'markdown' | 'asciidoc' | 'org' | 'roff' | undefined

/** Tells the markup language of a text by a line that no other one has. */
export function dialectOf(lines: readonly Line[]): Dialect {
  for (const { text, indent } of lines) {
    if (indent > 0) continue
    if (/^\.(?:TH|Dd)\s/.test(text)) return 'roff'
    if (/^#\+[a-z_]{3,30}(?::\s|\s|$)/i.test(text)) return 'org'
    if (/^#{1,6}\s+\S/.test(text)) return 'markdown'
    if (/^={1,3} [^=]+$/.test(text)) return 'asciidoc'
  }
  return undefined
}
