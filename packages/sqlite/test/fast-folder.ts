import { existsSync, mkdtempSync, realpathSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const roomNeeded = 256 * 2 ** 20

/** A new folder for many short-lived databases, in memory where there is room. Whoever makes it removes it. */
export function fastFolder(): string {
  const base = existsSync(memory) && roomIn(memory) > roomNeeded ? memory : realpathSync(tmpdir())
  return mkdtempSync(join(base, 'skein-sqlite-'))
}

function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
