import { openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import type { BackupProgress } from './backup-options.ts'

/** Options of {@link copyPages}. */
export interface CopyPagesOptions {
  /** Called after each step. What it throws ends the copying. */
  readonly onProgress?: (progress: BackupProgress) => void
  readonly signal?: AbortSignal
}

/** Pages that are copied before other work of this thread gets its turn. */
const pagesAtOnce = 500

/**
 * Copies a database, page by page, into a single file that has no log beside it
 * and can be read where nothing may be written.
 *
 * @param db - Must hold a snapshot or a lock: each write of others would make the copying start again.
 * @param to - An empty file.
 * @throws what SQLite throws, and the signal's reason.
 */
export async function copyPages(
  db: Database,
  to: string,
  { signal, onProgress }: CopyPagesOptions = {},
): Promise<void> {
  const { totalPages } = await db.backup(to, {
    progress: (progress) => {
      signal?.throwIfAborted()
      onProgress?.(progress)
      return pagesAtOnce
    },
  })
  signal?.throwIfAborted()
  onProgress?.({ totalPages, remainingPages: 0 })
  const copy = openFile(to, { fileMustExist: true })
  try {
    copy.pragma('trusted_schema = OFF')
    copy.pragma('journal_mode = DELETE')
  } finally {
    copy.close()
  }
}
