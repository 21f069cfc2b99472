/** A line of a diff. */
export interface DiffLine {
  readonly change: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Longer differences are not aligned, since time and memory grow quadratically. */
const maxLines = 1_200

/** The line diff of two texts, by their longest common subsequence. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [old, young] = [before.split('\n'), after.split('\n')]
  let start = 0
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1
  let end = 0
  while (end < old.length - start && end < young.length - start && old.at(-1 - end) === young.at(-1 - end)) end += 1
  const [removed, added] = [old.slice(start, old.length - end), young.slice(start, young.length - end)]
  const as = (change: DiffLine['change'], lines: readonly string[]): DiffLine[] =>
    lines.map((text) => ({ change, text }))
  const isLong = removed.length > maxLines || added.length > maxLines
  const middle = isLong ? [...as('removed', removed), ...as('added', added)] : align(removed, added)
  return [...as('same', old.slice(0, start)), ...middle, ...as('same', old.slice(old.length - end))]
}

function align(removed: readonly string[], added: readonly string[]): DiffLine[] {
  const width = added.length + 1
  // Lengths of the longest common subsequences from each pair of lines on.
  const lengths = new Uint16Array((removed.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = removed.length - 1; row >= 0; row -= 1) {
    for (let column = added.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        removed[row] === added[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const lines: DiffLine[] = []
  let [row, column] = [0, 0]
  while (row < removed.length || column < added.length) {
    const [left, right] = [removed[row], added[column]]
    if (left !== undefined && left === right) {
      lines.push({ change: 'same', text: left })
      row += 1
      column += 1
    } else if (left !== undefined && (right === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ change: 'removed', text: left })
      row += 1
    } else {
      lines.push({ change: 'added', text: right ?? '' })
      column += 1
    }
  }
  return lines
}
