import { fstatSync, readdirSync, statSync } from 'node:fs'

/** Names the open descriptors of a process, on Linux and macOS. */
const folder = '/dev/fd'

/** So many connections are opened to see a descriptor that is new. */
const mostConnections = 4

/**
 * A descriptor by which SQLite has a database open, so that bytes can be written beside it. Opening the file again would
 * not do: closing it gives up all locks that the process has on it, SQLite's included. For the same reason SQLite closes
 * none of its descriptors of a file while a connection of the process has a lock on it. It keeps them for the next
 * connection, so a descriptor stays valid once it is known.
 *
 * @param connect - Opens a connection, which has a lock from then on.
 * @param known - What was found before.
 * @returns `undefined` where SQLite's descriptors can't be told from those of others.
 */
export function descriptorOf(path: string, connect: () => void, known: number | undefined): number | undefined {
  let before = descriptorsOf(path)
  for (let connections = 0; connections < mostConnections; connections += 1) {
    connect()
    const now = descriptorsOf(path)
    if (known !== undefined && now.includes(known)) return known
    const added = now.filter((descriptor) => !before.includes(descriptor))
    if (added.length === 1) return added[0]
    before = now
  }
  return undefined
}

/** The descriptors of this process that have a file open. */
function descriptorsOf(path: string): readonly number[] {
  try {
    const { ino, dev } = statSync(path, { bigint: true })
    return readdirSync(folder)
      .map(Number)
      .filter((descriptor) => {
        const found = statOf(descriptor)
        return found?.ino === ino && found.dev === dev
      })
  } catch {
    return []
  }
}

function statOf(descriptor: number): { readonly ino: bigint; readonly dev: bigint } | undefined {
  try {
    return fstatSync(descriptor, { bigint: true })
  } catch {
    // That by which the folder was read is closed by now.
    return undefined
  }
}
