import { fstatSync, readdirSync, statSync } from 'node:fs'

/** Names the open descriptors of a process, on Linux and macOS. */
const folder = '/dev/fd'

/**
 * The descriptor by which a connection has a database open, so that bytes can be written beside SQLite. Opening the file
 * again would not do: closing it gives up all locks that the process has on it, SQLite's included.
 *
 * @param connect - Opens the connection.
 * @returns with the connection, its descriptor; `undefined` where that can't be told from those of others.
 */
export function withDescriptor<Connection>(
  path: string,
  connect: () => Connection,
): readonly [connection: Connection, descriptor: number | undefined] {
  const before = new Set(descriptorsOf(path))
  const connection = connect()
  const added = descriptorsOf(path).filter((descriptor) => !before.has(descriptor))
  return [connection, added.length === 1 ? added[0] : undefined]
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
