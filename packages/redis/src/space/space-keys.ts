import type { Collection } from '@skein/memory/store'

/** Prefix of all keys of a space; a cluster places keys by what stands in braces. */
export function spaceBase(prefix: string, space: string): string {
  return `{${prefix}${space}}:`
}

/** Key of the hash that holds the rows of a collection by id. */
export function rowsKey(base: string, collection: Collection): string {
  return `${base}r:${collection}`
}
