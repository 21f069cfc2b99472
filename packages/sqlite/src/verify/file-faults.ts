import { ownFile } from '@skein/memory/runtime'

import { askThread } from '../file/ask-thread.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { FileFaults } from './file-faults-thread.ts'

/**
 * Lets SQLite check the structure of a file, and each index against its table.
 * That takes longer than reading the file, so a thread of its own does it.
 *
 * @returns what SQLite found, a sentence each.
 * @throws StoreError; the signal's reason.
 */
export function findFaults(file: DatabaseFile, signal?: AbortSignal): Promise<FileFaults> {
  const module = ownFile('@skein/sqlite', import.meta.url, 'file-faults', './file-faults-thread.js')
  return askThread(module, file, signal)
}
