import type { Block, PartKind } from './block.ts'
import type { Line } from './lines.ts'

/** A table that is more than rows of its own: its blocks, and its last line. */
interface Table {
  readonly blocks: readonly Block[]
  readonly last: number
}

const simpleRule = /^=+(?: +=+)+$/
const maxRows = 500

/** The table of AsciiDoc, reStructuredText or MediaWiki that begins at a line, if one does. */
export function tableAt(lines: readonly Line[], index: number): Table | undefined {
  const { text } = lines[index] as Line
  if (text === '|===') return groupedTable(lines, index)
  if (/^\{\|(?:\s|$)/.test(text)) return wikiTable(lines, index)
  return simpleRule.test(text) ? simpleTable(lines, index) : undefined
}

function block(kind: PartKind, { start }: Line, { end }: Line): Block[] {
  return start < end ? [{ kind, pieces: [{ start, end }] }] : []
}

/** AsciiDoc: its rows are lines, or groups of them. */
function groupedTable(lines: readonly Line[], from: number): Table {
  const first = lines[from] as Line
  const blocks = block('other', first, first)
  let last = from
  let row: Line[] = []
  let isFirst = true
  for (let index = from + 1; index < lines.length; index += 1) {
    const line = lines[index] as Line
    last = index
    if (line.text !== '' && line.text !== '|===') {
      row.push(line)
      continue
    }
    const [head] = row
    const isHead = isFirst && row.length === 1 && line.text === ''
    if (head) blocks.push(...block(isHead ? 'heading' : 'row', head, row.at(-1) as Line))
    if (head) isFirst = false
    row = []
    if (line.text === '|===') {
      blocks.push(...block('other', line, line))
      break
    }
  }
  for (const line of row) blocks.push(...block('other', line, line))
  return { blocks, last }
}

/** MediaWiki: `!` begins names of columns, `|` cells, `|-` another row. */
function wikiTable(lines: readonly Line[], from: number): Table | undefined {
  const length = lines.slice(from, from + maxRows).findIndex(({ text }) => text.startsWith('|}'))
  if (length === -1) return undefined
  const blocks = lines.slice(from, from + length + 1).flatMap((line) => {
    const isFrame = /^(?:\{\||\|[-+}])/.test(line.text)
    return block(isFrame ? 'other' : line.text.startsWith('!') ? 'heading' : 'row', line, line)
  })
  return { blocks, last: from + length }
}

/** reStructuredText: lines of equals signs above and below the rows, and below the names of the columns. */
function simpleTable(lines: readonly Line[], from: number): Table | undefined {
  const rules = [from]
  for (let index = from + 1; index < Math.min(lines.length, from + maxRows); index += 1) {
    const { text } = lines[index] as Line
    if (text !== (lines[from] as Line).text) continue
    rules.push(index)
    if (rules.length === 3 || (lines[index + 1]?.text ?? '') === '') break
  }
  const last = rules.at(-1) ?? from
  if (rules.length < 2) return undefined
  const headEnd = rules.length === 3 ? (rules[1] ?? from) : from
  const blocks = lines.slice(from, last + 1).flatMap((line, offset) => {
    const inside = from + offset < headEnd ? 'heading' : 'row'
    return block(simpleRule.test(line.text) ? 'other' : inside, line, line)
  })
  return { blocks, last }
}
