import { OptionError } from '@skein/memory'
import { requireDuration, requireInteger, requireLifetime, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { requirePath } from './locate.ts'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /**
   * Path of the database file, on a local disk. A missing file is created; its folder must exist. It must not
   * end in white space, nor be a URI.
   */
  readonly path: string

  /**
   * What an acknowledged write survives. `full`: a power cut. `relaxed`: a
   * crash of the process; a crash of the machine may undo the last writes.
   *
   * @defaultValue 'full'
   */
  readonly durability?: 'full' | 'relaxed'

  /**
   * How long to wait for another process that holds the lock, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly busyTimeoutMs?: number

  /**
   * Fallback polling interval for other processes' changes, in milliseconds.
   *
   * @defaultValue 250
   */
  readonly pollMs?: number

  /**
   * The fewest changes that the feed of a space keeps; older ones are deleted in the background.
   *
   * @defaultValue 1_000_000
   */
  readonly maxChanges?: number

  /**
   * The least time that a change stays in the feed, in milliseconds, however many there are.
   *
   * @defaultValue 604_800_000, a week
   */
  readonly maxChangeAgeMs?: number
}

/** Options with every default filled in. */
export type ResolvedSqliteOptions = Required<SqliteStoreOptions>

const kinds: OptionKinds<SqliteStoreOptions> = {
  path: 'any',
  durability: 'any',
  busyTimeoutMs: 'any',
  pollMs: 'any',
  maxChanges: 'any',
  maxChangeAgeMs: 'any',
}

const defaults = {
  durability: 'full',
  busyTimeoutMs: 10_000,
  pollMs: 250,
  maxChanges: 1_000_000,
  maxChangeAgeMs: 7 * 24 * 60 * 60 * 1_000,
} satisfies Omit<ResolvedSqliteOptions, 'path'>

/** @throws OptionError when a value is out of range. */
export function resolveSqliteOptions(options: string | SqliteStoreOptions): ResolvedSqliteOptions {
  const given = typeof options === 'string' ? { path: options } : requireOptions('sqliteStore', options, kinds)
  const resolved: ResolvedSqliteOptions = { ...defaults, ...given, path: requirePath(given.path) }
  if (resolved.durability !== 'full' && resolved.durability !== 'relaxed') {
    throw new OptionError('durability', "'full' or 'relaxed'", resolved.durability)
  }
  requireDuration('busyTimeoutMs', resolved.busyTimeoutMs)
  requireDuration('pollMs', resolved.pollMs)
  requireInteger('maxChanges', resolved.maxChanges, 1)
  requireLifetime('maxChangeAgeMs', resolved.maxChangeAgeMs)
  return resolved
}
