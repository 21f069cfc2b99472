import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

import { mapStore, OptionError } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'

import { InputError } from './input-error.ts'
import { bucketFromEnvironment } from './open-bucket.ts'
import { defaultStore, parseStoreAddress, withoutPassword } from './store-address.ts'

/**
 * Makes the store that an address names: the path of a SQLite file, the same as `sqlite:PATH` or a `file:` URL; a
 * `redis://` or `rediss://` URL; or `memory:` for one that ends with the process. Large objects are in the bucket that
 * `SKEIN_BUCKET` names.
 *
 * @throws OptionError for an address of another kind.
 *
 * @example
 * ```ts
 * import { openMemory } from '@skein/memory'
 * import { openStore } from 'skein'
 *
 * const memory = await openMemory({ store: await openStore('memory:') })
 * memory.traits.durable // => 'none'
 * await memory.close()
 * ```
 */
export async function openStore(address: string): Promise<StoreDriver> {
  const [store, bucket] = [await openBare(address), await bucketFromEnvironment()]
  if (!bucket) return store
  const { withBucket } = await import('@skein/memory/buckets')
  return withBucket(store, bucket)
}

async function openBare(address: string): Promise<StoreDriver> {
  const location = parseStoreAddress(address)
  if (location.kind === 'memory') return mapStore()
  // A program loads the client of its own store alone.
  if (location.kind === 'redis') return (await import('@skein/redis')).redisStore(location.url)
  makeDefaultFolder(address)
  return (await import('@skein/sqlite')).sqliteStore(location.path)
}

/**
 * Makes the store that an address names, unless opening it would create a file.
 *
 * @throws InputError when the file doesn't exist; OptionError for an address of
 * another kind, and for `memory:`.
 */
export async function openExistingStore(address: string): Promise<StoreDriver> {
  if (parseStoreAddress(address).kind === 'file') existingDatabase(address)
  return openLastingStore(address)
}

/**
 * Makes the store that an address names; opening it creates a missing file.
 *
 * @throws OptionError for an address of another kind, and for `memory:`.
 */
export async function openLastingStore(address: string): Promise<StoreDriver> {
  if (parseStoreAddress(address).kind === 'memory') {
    throw new OptionError('store', 'a store that outlives its process', address)
  }
  return openStore(address)
}

/**
 * The path of the database file that an address names.
 *
 * @throws OptionError for an address of another kind.
 */
export function databasePath(address: string): string {
  const location = parseStoreAddress(address)
  if (location.kind === 'file') return location.path
  throw new OptionError('store', 'the path of a database file', address)
}

/**
 * The path of a database file that exists.
 *
 * @throws InputError when it doesn't; OptionError for an address of another kind.
 */
export function existingDatabase(address: string): string {
  const path = databasePath(address)
  if (existsSync(path)) return path
  throw new InputError(path, 'does not exist. Check the name and the current folder.')
}

/** Creates the folder of the default store. Folders that users name are never created. */
export function makeDefaultFolder(address: string): void {
  if (address === defaultStore) mkdirSync(dirname(address), { recursive: true })
}

/**
 * Makes sure that a store has a space: opening it for writing would create it.
 *
 * @param address - The store's, for the message.
 * @throws InputError when there is no such space; StoreError
 */
export async function requireSpace(driver: StoreDriver, address: string, space: string): Promise<void> {
  const spaces = await driver.spaces()
  if (spaces.includes(space)) return
  const remedy =
    spaces.length === 0
      ? 'It has none yet: `skein run` or a program that opens a memory there creates one.'
      : `Name one of these with --space: ${spaces.slice(0, 20).join(', ')}.`
  throw new InputError(withoutPassword(address), `has no space "${space}". ${remedy}`)
}
