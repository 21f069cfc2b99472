import { OptionError } from '@skein/memory'

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** Path of the database file. It is made when it is not there; its folder must be. */
  readonly path: string

  /**
   * What an acknowledged write survives: `full` a power cut, `relaxed` a crash
   * of the process but, for the last moments, not of the machine.
   *
   * @defaultValue 'full'
   */
  readonly durability?: 'full' | 'relaxed'

  /**
   * How long to wait for another process that is writing, in milliseconds.
   *
   * @defaultValue 10_000
   */
  readonly busyTimeoutMs?: number

  /**
   * How often other processes' changes are looked for when no sign of them came, in milliseconds.
   *
   * @defaultValue 250
   */
  readonly pollMs?: number

  /**
   * Changes that the feed of a space keeps at least; older ones go in the background.
   *
   * @defaultValue 1_000_000
   */
  readonly maxChanges?: number

  /**
   * How long a change stays in the feed at least, in milliseconds, whatever their number.
   *
   * @defaultValue 604_800_000, a week
   */
  readonly maxChangeAgeMs?: number
}

/** Options with every default filled in. */
export type ResolvedSqliteOptions = Required<SqliteStoreOptions>

const defaults = {
  durability: 'full',
  busyTimeoutMs: 10_000,
  pollMs: 250,
  maxChanges: 1_000_000,
  maxChangeAgeMs: 7 * 24 * 60 * 60 * 1_000,
} satisfies Omit<ResolvedSqliteOptions, 'path'>

/** @throws OptionError when a value is out of range. */
export function resolveSqliteOptions(options: string | SqliteStoreOptions): ResolvedSqliteOptions {
  const resolved: ResolvedSqliteOptions = {
    ...defaults,
    ...(typeof options === 'string' ? { path: options } : options),
  }
  if (
    typeof resolved.path !== 'string' ||
    resolved.path === '' ||
    resolved.path.includes('\0') ||
    resolved.path === ':memory:'
  ) {
    throw new OptionError(
      'path',
      'the path of a file (for a memory that ends with the process use mapStore())',
      resolved.path,
    )
  }
  if (resolved.durability !== 'full' && resolved.durability !== 'relaxed') {
    throw new OptionError('durability', "'full' or 'relaxed'", resolved.durability)
  }
  for (const option of ['busyTimeoutMs', 'pollMs', 'maxChanges', 'maxChangeAgeMs'] as const) {
    if (!(Number.isSafeInteger(resolved[option]) && resolved[option] > 0)) {
      throw new OptionError(option, 'a whole number above 0', resolved[option])
    }
  }
  return resolved
}
