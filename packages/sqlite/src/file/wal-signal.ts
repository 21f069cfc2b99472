import { utimesSync, watch as watchFile } from 'node:fs'
import type { FSWatcher } from 'node:fs'

/**
 * Wakes those who watch the log in other processes. They see it being written,
 * but a commit counts only when it is on the disk, and of that nothing tells
 * them: this does, by a change of the log's times.
 */
export function signalWal(path: string): void {
  try {
    const now = new Date()
    utimesSync(`${path}-wal`, now, now)
  } catch {
    // Their poll finds the change.
  }
}

/** Calls back when the log was written. Not everywhere can a file be watched: then the poll alone finds changes. */
export function watchWal(path: string, onWrite: () => void): FSWatcher | undefined {
  try {
    const watcher = watchFile(`${path}-wal`, { persistent: false }, onWrite)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
