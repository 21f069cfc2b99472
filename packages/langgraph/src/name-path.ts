import { createHash } from 'node:crypto'

/** A name longer than this is cut, and continues with its hash. */
const maxLength = 200

/**
 * Makes a path of names. Lists of names that differ have different paths, and one path begins with another and `/` only
 * if its names begin with the names of the other: a `/` within a name is escaped.
 */
export function pathOf(names: readonly string[]): string {
  return names.map(segmentOf).join('/')
}

function segmentOf(name: string): string {
  const cut = short(name)
  // Few names hold either, and looking is much faster than replacing.
  return cut.includes('/') || cut.includes('%') ? cut.replaceAll(/[%/]/g, encodeURIComponent) : cut
}

/** A name that was not cut holds no `%~` once it is escaped, so a cut one is never mistaken for another. */
function short(name: string): string {
  if (name.length <= maxLength) return name
  const hash = createHash('sha256').update(name).digest('hex')
  return `${name.slice(0, maxLength).toWellFormed()}…${hash}`
}
