import type { Corruption, StoreDriver } from '@skein/memory/store'

import { openExistingStore, requireSpace } from './open-store.ts'
import { parseStoreAddress } from './store-address.ts'

/** A migrated space. */
export interface MigratedSpace {
  readonly space: string
  /** The number of rows. Absent for a SQLite file, which is migrated as a whole. */
  readonly rows?: number
  /** The number of rows that had an older format. Absent for a SQLite file. */
  readonly migrated?: number
  /** Rows too damaged to migrate, which keep their older format. Absent for a SQLite file. */
  readonly corruptions?: readonly Corruption[]
}

/** The progress of a migration within one space. */
export interface MigrationProgress {
  readonly space: string
  /** The number of rows of the space. */
  readonly rows: number
  /** The number of rows examined so far. */
  readonly checked: number
}

/** Options of {@link migrateStore}. */
export interface MigrateOptions {
  /** @defaultValue all spaces of the store */
  readonly space?: string
  /** Receives the progress of a server's spaces. */
  readonly onProgress?: (progress: MigrationProgress) => void
  readonly signal?: AbortSignal
}

/**
 * Migrates everything that a store holds to the current format. Migrating a
 * second time changes nothing.
 *
 * @throws InputError when the store or the space doesn't exist; OptionError for
 * an address of another kind, and for `memory:`; StoreFormatError when the
 * format is newer than this version reads; StoreError; the signal's reason.
 */
export async function migrateStore(address: string, options: MigrateOptions = {}): Promise<readonly MigratedSpace[]> {
  const location = parseStoreAddress(address)
  const driver = await openExistingStore(address)
  if (options.space !== undefined) await requireSpace(driver, address, options.space)
  return location.kind === 'redis' ? migrateServer(location.url, options) : migrateFile(driver, options)
}

/** Opens the spaces of a SQLite file for writing, which migrates the file. */
async function migrateFile(driver: StoreDriver, { space, signal }: MigrateOptions): Promise<readonly MigratedSpace[]> {
  const spaces = space === undefined ? await driver.spaces() : [space]
  for (const name of spaces) {
    signal?.throwIfAborted()
    const writer = await driver.open(name, 'writer')
    await writer[Symbol.asyncDispose]()
  }
  return spaces.map((name) => ({ space: name }))
}

async function migrateServer(url: string, options: MigrateOptions): Promise<readonly MigratedSpace[]> {
  const { migrateSpaces } = await import('@skein/redis')
  const spaces = await migrateSpaces(url, options)
  return spaces.map(({ damaged, ...counts }) => ({ ...counts, corruptions: damaged }))
}
