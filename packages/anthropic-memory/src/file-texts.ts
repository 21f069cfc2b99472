import { MemoryFileError } from './memory-file-error.ts'
import type { MemoryFile } from './memory-folder.ts'
import { pathOf } from './memory-path.ts'

const numberWidth = 6

/**
 * The lines of a text, numbered.
 *
 * @param range - The first and the last line; -1 for the end.
 * @throws MemoryFileError when the range makes no sense.
 */
export function linesText(path: string, text: string, range: readonly number[] = [1, -1]): string {
  const lines = text.split('\n')
  const [first = NaN, last = NaN] = range
  const end = last === -1 ? lines.length : last
  if (range.length !== 2 || !Number.isInteger(first) || !Number.isInteger(end) || first < 1 || end < first) {
    throw new MemoryFileError(
      path,
      `Invalid \`view_range\`: [${range.join(', ')}]. It takes the first and the last line.`,
    )
  }
  const shown = lines.slice(first - 1, end)
  return shown.map((line, at) => `${String(first + at).padStart(numberWidth)}\t${line}`).join('\n')
}

/** Lists a folder two levels deep, with the size of each file and folder. */
export function directoryText(names: readonly string[], files: readonly MemoryFile[]): string {
  const path = pathOf(names)
  const sizes = new Map<string, number>([[path, 0]])
  for (const file of files) {
    const bytes = Buffer.byteLength(file.text)
    const below = file.names.slice(names.length)
    for (let depth = 0; depth <= Math.min(2, below.length); depth += 1) {
      if (depth > 0 && below.slice(0, depth).some((name) => name.startsWith('.') || name === 'node_modules')) continue
      const isFolder = depth > 0 && depth < below.length
      const shown = pathOf([...names, ...below.slice(0, depth)]) + (isFolder ? '/' : '')
      sizes.set(shown, (sizes.get(shown) ?? 0) + bytes)
    }
  }
  const lines = Array.from(sizes, ([shown, bytes]) => `${sizeText(bytes)}\t${shown}`)
  const what = `Here're the files and directories up to 2 levels deep in ${path}, excluding hidden items and node_modules:`
  return [what, ...lines].join('\n')
}

function sizeText(bytes: number): string {
  if (bytes < 1_024) return `${bytes}B`
  const [size, unit] = bytes < 1_048_576 ? [bytes / 1_024, 'K'] : [bytes / 1_048_576, 'M']
  return `${Number.isInteger(size) ? size : size.toFixed(1)}${unit}`
}
