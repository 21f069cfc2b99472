import { OptionError, StoreError } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'

import { existingDatabase, requireSpace } from './open-store.ts'
import { parseStoreAddress } from './store-address.ts'

/** A space whose records have the current format. */
export interface MigratedSpace {
  readonly space: string
  /** Rows of the space. Absent for a SQLite file, which is migrated as a whole. */
  readonly rows?: number
  /** Rows that had an older format. Absent for a SQLite file. */
  readonly migrated?: number
}

/** Options of {@link migrateStore}. */
export interface MigrateOptions {
  /** @defaultValue all spaces of the store */
  readonly space?: string
  /** Receives the progress within a space: the rows examined and migrated so far. */
  readonly onProgress?: (progress: MigratedSpace) => void
  readonly signal?: AbortSignal
}

/**
 * Migrates everything that a store holds to the current format. Migrating a second
 * time changes nothing.
 *
 * @throws InputError when the store or the space doesn't exist; OptionError for
 * an address of another kind, and for `memory:`; StoreFormatError when the
 * format is newer than this version reads; StoreError; the signal's reason.
 */
export async function migrateStore(address: string, options: MigrateOptions = {}): Promise<readonly MigratedSpace[]> {
  const location = parseStoreAddress(address)
  switch (location.kind) {
    case 'memory':
      throw new OptionError('store', 'a store that outlives its process', address)
    case 'file':
      return migrateFile(existingDatabase(address), options)
    case 'redis':
      return migrateRedis(location.url, options)
  }
}

/** Opens the spaces of a SQLite file for writing, which migrates the file. */
async function migrateFile(path: string, { space, signal }: MigrateOptions): Promise<readonly MigratedSpace[]> {
  const driver = sqliteStore(path)
  if (space !== undefined) await requireSpace(driver, path, space)
  const spaces = space === undefined ? await driver.spaces() : [space]
  for (const name of spaces) {
    signal?.throwIfAborted()
    const writer = await driver.open(name, 'writer')
    await writer[Symbol.asyncDispose]()
  }
  return spaces.map((name) => ({ space: name }))
}

// PLACEHOLDER, to be replaced before this is merged: the rest of this line becomes `migrateSpaces` of @skein/redis.
const migrateRedis = async (_url: string, _options: MigrateOptions): Promise<readonly MigratedSpace[]> => {
  throw new StoreError('migrate', 'Redis spaces can not be migrated yet.')
}
