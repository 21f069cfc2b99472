/**
 * SQLite's own numbers, from https://sqlite.org/fileformat2.html#b_tree_pages. A page of a B-tree begins with one of
 * four types. Pages of other kinds begin with a page number, whose first byte is 0 in files below 137 GB.
 */
const [interiorIndex, interiorTable, leafIndex, leafTable] = [2, 5, 10, 13]
/** How long the file's own header is, before the first page's. */
const fileHeader = 100

/** How a file is divided. */
export interface Pages {
  /** In bytes. */
  readonly size: number
  /** How many bytes of a page SQLite uses. */
  readonly usable: number
}

/**
 * Overwrites what SQLite has left unused in a page: parts of rows that have moved to another page, for the most part.
 * SQLite never reads these bytes, so they may be changed under its readers, and it does no harm if only some of them are.
 *
 * @param page - Its bytes, which are changed in place.
 * @param number - 1 for the first page of the file.
 * @returns whether anything was overwritten. A page that is not as SQLite writes it stays as it is.
 */
export function cleanPage(page: Uint8Array, number: number, { usable }: Pages): boolean {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength)
  const header = number === 1 ? fileHeader : 0
  const type = view.getUint8(header)
  const isInterior = type === interiorIndex || type === interiorTable
  if (!isInterior && type !== leafIndex && type !== leafTable) return false
  const cells = view.getUint16(header + 3)
  const pointersEnd = header + (isInterior ? 12 : 8) + 2 * cells
  // 65,536 does not fit, and is written as 0.
  const content = view.getUint16(header + 5) || 65_536
  if (pointersEnd > content || content > usable) return false
  const unused = [[pointersEnd, content] as const]
  for (let block = view.getUint16(header + 1), before = content; block !== 0;) {
    if (block < before || block + 4 > usable) return false
    const end = block + view.getUint16(block + 2)
    if (end < block + 4 || end > usable) return false
    unused.push([block + 4, end])
    before = end
    block = view.getUint16(block)
  }
  let isChanged = false
  for (const [from, to] of unused) isChanged = clear(page, from, to) || isChanged
  return isChanged
}

/** Overwrites bytes with zeros; returns whether any was another. */
function clear(page: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (page[at] === 0) continue
    page.fill(0, at, to)
    return true
  }
  return false
}
