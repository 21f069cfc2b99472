import { fileURLToPath } from 'node:url'

import { OptionError } from '@skein/memory/values'

/** The store that commands use by default, relative to the current folder. */
export const defaultStore = '.skein/memory.db'

/** Where a store is. */
export type StoreLocation =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string }

/**
 * Parses the address of a store: the path of a SQLite file, the same as
 * `sqlite:PATH` or a `file:` URL; a `redis://` or `rediss://` URL; or `memory:`.
 *
 * @throws OptionError for an address of another kind.
 */
export function parseStoreAddress(address: string): StoreLocation {
  if (typeof address !== 'string' || address === '') throw new OptionError('store', 'a path or an address', address)
  // One letter and a colon is a drive of Windows.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'file', path: address }
  if (scheme === 'memory') return { kind: 'memory' }
  if (scheme === 'redis' || scheme === 'rediss') return { kind: 'redis', url: address }
  if (scheme === 'file') return { kind: 'file', path: fileURLToPath(address) }
  if (scheme === 'sqlite') return { kind: 'file', path: address.slice('sqlite:'.length) }
  throw new OptionError('--store', 'the path of a database file, redis://HOST:PORT, or memory:', address)
}

/** An address without user name and password, for output. */
export function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/)[^/]*@/, '$1')
}
