import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { mapStore, OptionError } from '@skein/memory'
import type { StoreDriver } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

/** Where a memory lives when nothing else is said: in the folder where the command runs. */
export const defaultStore = '.skein/memory.db'

/**
 * Makes the store that an address names: the path of an SQLite file, the same
 * as `sqlite:PATH` or a `file:` URL; a `redis://` or `rediss://` URL; or
 * `memory:` for one that ends with the process.
 *
 * @throws OptionError for an address of another kind.
 */
export function openStore(address: string): StoreDriver {
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === 'memory') return mapStore()
  if (scheme === 'file') return sqliteStore(fileURLToPath(address))
  if (scheme === 'redis' || scheme === 'rediss') return redisStore(address)
  if (scheme === 'sqlite') return sqliteStore(address.slice('sqlite:'.length))
  // One letter and a colon is a drive of Windows.
  if (scheme !== undefined && scheme.length > 1) {
    throw new OptionError('--store', 'the path of a database file, redis://HOST:PORT, or memory:', address)
  }
  if (address === defaultStore) mkdirSync(dirname(address), { recursive: true })
  return sqliteStore(address)
}
