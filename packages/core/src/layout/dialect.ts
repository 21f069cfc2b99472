import type { Line } from './lines.ts'

/** A markup language in which a line means something else than it does in others; `undefined` for all others. */
export type Dialect = 'markdown' | 'asciidoc' | 'org' | 'roff' | 'wiki' | 'textile' | undefined

/** Tells the markup language of a text by a line that no other one has. */
export function dialectOf(lines: readonly Line[]): Dialect {
  if (titleLine(lines) !== -1) return 'asciidoc'
  for (const { text, indent } of lines) {
    if (indent > 0) continue
    if (/^\.(?:TH|Dd)\s/.test(text)) return 'roff'
    if (/^#\+[a-z_]{3,30}(?::\s|\s|$)/i.test(text)) return 'org'
    if (
      /^(={2,5}) ?[^=]{1,100}\1$/.test(text) ||
      /^(?:\{\|(?:$|\s*[\w-]{1,20}=)|\[\[\p{L}{1,20}:[^[\]]{1,200}\]\]$)/u.test(text)
    )
      return 'wiki'
    if (/^h[1-6](?:\([^()]*\))?\. \S/.test(text)) return 'textile'
    if (/^#{1,6}\s+\S/.test(text)) return 'markdown'
    if (/^={2,3} [^=]+$/.test(text)) return 'asciidoc'
  }
  return undefined
}

/** Where the title of a document of AsciiDoc stands: first, below comments and settings at most; -1 if there is none. */
export function titleLine(lines: readonly Line[]): number {
  const first = lines.findIndex(({ text }) => !/^(?:$|\/\/|:[!\w-]{1,60}:|\[.{0,80}\]$)/.test(text))
  return /^= [^=]+$/.test(lines[first]?.text ?? '') ? first : -1
}
