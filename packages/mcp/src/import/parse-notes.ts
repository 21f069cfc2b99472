import type { Placed } from './parsed-import.ts'

/**
 * Reads notes in Markdown: one for each section, under the headings that lead to it. A heading with nothing below it is
 * a note itself. Head matter between lines of dashes goes with the first.
 */
export function parseNotes(markdown: string, file: string): readonly Placed[] {
  const notes: Placed[] = []
  const headings: string[] = []
  let body: string[] = []
  let beginsAt = 1
  let fence: string | undefined
  const end = (next: number): void => {
    const content = body.join('\n').trim()
    const text = [...headings, content].filter(Boolean).join('\n')
    const isLast = next <= headings.length
    if (text !== '' && (content !== '' || isLast))
      notes.push({ place: `${file}, line ${beginsAt}`, note: { text, tags: [file] } })
    body = []
  }
  for (const [index, line] of markdown.split(/\r\n|\n/).entries()) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined
    const heading = fence === undefined ? /^(#{1,6}) +(\S.*)$/.exec(line) : undefined
    if (!heading) {
      body.push(line)
      continue
    }
    const level = heading[1]?.length ?? 1
    end(level)
    beginsAt = index + 1
    headings.length = level - 1
    headings[level - 1] = heading[2]?.trim() ?? ''
  }
  end(0)
  return notes.length > 0 ? notes : [{ place: file, problem: 'empty' }]
}
