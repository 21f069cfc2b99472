import type { OptionKinds } from '@skein/memory/runtime'

/** How far a backup has come. */
export interface BackupProgress {
  readonly totalPages: number
  readonly remainingPages: number
}

/** Options of {@link backup}. */
export interface BackupOptions {
  /**
   * Whether to replace a file that exists already.
   *
   * @defaultValue false
   */
  readonly overwrite?: boolean
  /** Called after each step. An error that it throws ends the backup. */
  readonly onProgress?: (progress: BackupProgress) => void
  readonly signal?: AbortSignal
}

/** For {@link BackupOptions}. */
export const backupKinds: OptionKinds<BackupOptions> = {
  overwrite: 'boolean',
  onProgress: 'function',
  signal: 'object',
}

/** What was copied. */
export interface BackupReport {
  /** Size of the new file. */
  readonly bytes: number
  /** Names of the spaces in it. */
  readonly spaces: readonly string[]
}
