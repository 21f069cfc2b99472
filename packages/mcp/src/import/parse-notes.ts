import type { ImportedNote } from './parsed-import.ts'

/**
 * Reads notes in Markdown: one for each section, under the headings that lead to it. Head matter between lines of
 * dashes goes with the first.
 */
export function parseNotes(text: string, file: string): readonly ImportedNote[] {
  const notes: ImportedNote[] = []
  const headings: string[] = []
  let body: string[] = []
  let fence: string | undefined
  const end = (): void => {
    const content = body.join('\n').trim()
    if (content !== '') notes.push({ text: [...headings.filter(Boolean), content].join('\n'), tags: [file] })
    body = []
  }
  for (const line of text.split(/\r\n|\n/)) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1]
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined
    const heading = fence === undefined ? /^(#{1,6}) +(\S.*)$/.exec(line) : undefined
    if (!heading) {
      body.push(line)
      continue
    }
    end()
    const level = heading[1]?.length ?? 1
    headings.length = level - 1
    headings[level - 1] = heading[2]?.trim() ?? ''
  }
  end()
  return notes
}
