import { StoreError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { Corruption } from '@skein/memory/store'

import { databaseOf } from './connection/database-of.ts'
import { withClient } from './connection/make-client.ts'
import type { RedisClient } from './connection/redis-client.ts'
import { wrapError } from './connection/redis-errors.ts'
import { nameOfServer, resolveRedisOptions } from './connection/redis-options.ts'
import type { RedisStoreOptions, ResolvedRedisOptions } from './connection/redis-options.ts'
import { readServerFacts } from './connection/server-facts.ts'
import { ScriptRunner } from './lua/script-runner.ts'
import { listSpaces } from './space/list-spaces.ts'
import { migrateRows } from './space/migrate-space.ts'
import { markMigrated } from './space/space-format.ts'
import { spaceBase } from './space/space-keys.ts'
import { SpaceSession } from './space/space-session.ts'

/** Options of {@link migrateSpaces}. */
export interface MigrateSpacesOptions {
  /** The only space to migrate; all spaces under the prefix by default. */
  readonly space?: string
  /** Called after each page of rows. */
  readonly onProgress?: (progress: MigrationProgress) => void
  /** Ends the migration between two pages. Migrated rows stay migrated, and the next run continues. */
  readonly signal?: AbortSignal
}

const kinds: OptionKinds<MigrateSpacesOptions> = { space: 'string', onProgress: 'function', signal: 'object' }

/** How far a migration has come. */
export interface MigrationProgress {
  readonly space: string
  /** Rows that the space held when the migration began, those of deleted and expired records included. */
  readonly rows: number
  /** Rows looked at so far. */
  readonly checked: number
  /** Rows rewritten so far. */
  readonly migrated: number
}

/** The outcome of migrating a space. */
export interface SpaceMigration {
  readonly space: string
  /** Rows that the space held when the migration began, those of deleted and expired records included. */
  readonly rows: number
  /** Rows that were rewritten in the current format; the others had it, or were written meanwhile. */
  readonly migrated: number
  /** Rows of an older format that are damaged. They stay as they are, and the space counts as mixed. */
  readonly damaged: readonly Corruption[]
}

/**
 * Rewrites all rows of an older format in the current one. Agents keep working
 * meanwhile: a row keeps its version, and nothing enters the feed.
 *
 * A space needs no migration to be used: rows of both formats can be read, and a
 * row moves to the current format whenever it is written. A migration moves the
 * rest, which later versions of Skein may no longer read. It can be interrupted
 * and run again, any number of times.
 *
 * Stop all processes of older versions first: older versions of Skein can't
 * read the new rows.
 *
 * @param options - As for `redisStore`: a URL, or all options.
 * @param how - Which spaces, and how to follow the migration.
 * @throws OptionError when an option is out of range; StoreFormatError when the
 * server is too old or a space of a newer format; StoreError when there is no
 * such space, or the server can't be reached or refuses; the reason of the
 * signal when that was aborted.
 *
 * @example
 * ```ts no-run
 * import { migrateSpaces } from '@skein/redis'
 *
 * const report = await migrateSpaces('redis://localhost:6379', {
 *   onProgress: ({ space, checked, rows }) => console.log(`${space}: ${checked} of ${rows} rows`),
 * })
 * for (const { space, migrated, damaged } of report) {
 *   console.log(`${space}: ${migrated} rows migrated, ${damaged.length} damaged`)
 * }
 * ```
 */
export async function migrateSpaces(
  options: string | RedisStoreOptions,
  how: MigrateSpacesOptions = {},
): Promise<readonly SpaceMigration[]> {
  const { space, onProgress, signal } = requireOptions('migrateSpaces', how, kinds)
  const resolved = resolveRedisOptions(options, 'migrateSpaces')
  const where = nameOfServer(resolved)
  signal?.throwIfAborted()
  const reports: SpaceMigration[] = []

  const migrate = async (client: RedisClient): Promise<void> => {
    await readServerFacts(client, where)
    const scripts = new ScriptRunner(client)
    const database = await databaseOf(client)
    for (const name of await spacesToMigrate(client, resolved, where, space)) {
      const base = spaceBase(resolved, name)
      await new SpaceSession({ scripts, base, database, where, onIncarnation: () => {} }).reopen()
      const report = await migrateRows(client, scripts, base, (progress) => {
        onProgress?.({ space: name, ...progress })
        signal?.throwIfAborted()
      })
      if (report.damaged.length === 0) await markMigrated(client, base)
      reports.push({ space: name, ...report })
    }
  }

  try {
    await withClient(resolved, migrate)
  } catch (error) {
    signal?.throwIfAborted()
    throw wrapError('migrate', where, error)
  }
  return reports
}

/** @throws StoreError when there is no such space. */
async function spacesToMigrate(
  client: RedisClient,
  options: ResolvedRedisOptions,
  where: string,
  space: string | undefined,
): Promise<readonly string[]> {
  const known = await listSpaces(client, options)
  if (space === undefined) return known
  if (known.includes(space)) return [space]
  const others = known.length === 0 ? 'It has none yet.' : `It has: ${known.join(', ')}.`
  throw new StoreError('migrate', `${where} has no space "${space}". ${others}`)
}
