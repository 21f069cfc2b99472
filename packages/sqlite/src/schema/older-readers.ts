/** How many readers of this thread have a database of an older format open, by its path. */
const readers = new Map<string, number>()

/** Notes that a reader opened a database of an older format; the returned function notes that it closed it. */
export function noteOlderReader(path: string): () => void {
  readers.set(path, (readers.get(path) ?? 0) + 1)
  return () => {
    const left = (readers.get(path) ?? 1) - 1
    if (left > 0) readers.set(path, left)
    else readers.delete(path)
  }
}

/** Whether this thread itself keeps a database from being migrated, so that waiting for others is in vain. */
export function isReadHere(path: string): boolean {
  return readers.has(path)
}
