/** A line of two texts that were held against each other. */
export interface DiffLine {
  readonly change: 'same' | 'gone' | 'new'
  readonly text: string
}

/** Longer differences are told as a whole: the table would grow with the square. */
const mostLines = 1_200

/** What has to go and what has to come to make one text of another: the longest common lines stay. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, young] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1
  let end = 0
  while (end < old.length - start && end < young.length - start && old.at(-1 - end) === young.at(-1 - end)) end += 1
  const [gone, come] = [old.slice(start, old.length - end), young.slice(start, young.length - end)]
  const as = (change: DiffLine['change'], lines: readonly string[]): DiffLine[] =>
    lines.map((text) => ({ change, text }))
  const middle =
    gone.length > mostLines || come.length > mostLines ? [...as('gone', gone), ...as('new', come)] : compare(gone, come)
  return [...as('same', old.slice(0, start)), ...middle, ...as('same', old.slice(old.length - end))]
}

function compare(gone: readonly string[], come: readonly string[]): DiffLine[] {
  const width = come.length + 1
  const common = new Uint16Array((gone.length + 1) * width)
  const at = (row: number, column: number): number => common[row * width + column] ?? 0
  for (let row = gone.length - 1; row >= 0; row -= 1) {
    for (let column = come.length - 1; column >= 0; column -= 1) {
      common[row * width + column] =
        gone[row] === come[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: DiffLine[] = []
  let [row, column] = [0, 0]
  while (row < gone.length || column < come.length) {
    const [left, right] = [gone[row], come[column]]
    if (left !== undefined && left === right) {
      lines.push({ change: 'same', text: left })
      row += 1
      column += 1
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ change: 'gone', text: left })
      row += 1
    } else {
      lines.push({ change: 'new', text: right ?? '' })
      column += 1
    }
  }
  return lines
}
