import { utimesSync, watch as watchFile } from 'node:fs'
import type { FSWatcher } from 'node:fs'

/**
 * Wakes other processes that watch the write-ahead log. They are notified when
 * it is written, but a commit is visible only once it has been synced, which
 * notifies nobody. Changing the times of the log does.
 */
export function signalWal(path: string): void {
  try {
    const now = new Date()
    utimesSync(`${path}-wal`, now, now)
  } catch {
    // Their poll finds the change.
  }
}

/** Calls back when the log was written. Where files can't be watched, only the poll finds changes. */
export function watchWal(path: string, onWrite: () => void): FSWatcher | undefined {
  try {
    const watcher = watchFile(`${path}-wal`, { persistent: false }, onWrite)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
