import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { mapStore, OptionError } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import { InputError } from './input-error.ts'

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
  const place = placeOf(address)
  if (place.kind === 'memory') return mapStore()
  if (place.kind === 'redis') return redisStore(address)
  makeDefaultFolder(address)
  return sqliteStore(place.path)
}

/**
 * The same, where something may be kept already: a database that is not there
 * would be made by opening it.
 *
 * @throws InputError when there is no such file; OptionError
 */
export function openExistingStore(address: string): StoreDriver {
  const { kind } = placeOf(address)
  if (kind === 'memory') throw new OptionError('store', 'one that outlives its process', address)
  if (kind === 'file') existingDatabase(address)
  return openStore(address)
}

/**
 * The path of the database that an address names.
 *
 * @throws OptionError for an address of another kind.
 */
export function databasePath(address: string): string {
  const place = placeOf(address)
  if (place.kind === 'file') return place.path
  throw new OptionError('store', 'the path of a database file', address)
}

/**
 * The path of a database that is there.
 *
 * @throws InputError when there is none; OptionError
 */
export function existingDatabase(address: string): string {
  const path = databasePath(address)
  if (existsSync(path)) return path
  throw new InputError(path, 'does not exist. Check the name, and the folder that you are in.')
}

/** Only the folder where memories live by themselves is made by itself. */
export function makeDefaultFolder(address: string): void {
  if (address === defaultStore) mkdirSync(dirname(address), { recursive: true })
}

type Place = { readonly kind: 'memory' } | { readonly kind: 'redis' } | { readonly kind: 'file'; readonly path: string }

function placeOf(address: string): Place {
  // One letter and a colon is a drive of Windows.
  const scheme = /^([a-z][a-z\d+.-]+):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: 'file', path: address }
  if (scheme === 'memory') return { kind: 'memory' }
  if (scheme === 'redis' || scheme === 'rediss') return { kind: 'redis' }
  if (scheme === 'file') return { kind: 'file', path: fileURLToPath(address) }
  if (scheme === 'sqlite') return { kind: 'file', path: address.slice('sqlite:'.length) }
  throw new OptionError('--store', 'the path of a database file, redis://HOST:PORT, or memory:', address)
}
