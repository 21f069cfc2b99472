import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { join } from 'node:path'

import type { Found } from './found-spaces.ts'

/** What became of one step of a short run on a disk that fails once in it. */
export interface Try {
  readonly run: number
  /** Its place in the run. */
  readonly step: number
  /** Code and message of the error that it was refused with. */
  readonly refused?: { readonly code: string; readonly message: string } | undefined
  /** A name for what the store had in it afterwards; absent where nothing was open. */
  readonly content?: string
  /** A name for what the memory's copies said. */
  readonly copies?: string
  readonly faults?: readonly string[]
}

/** What can fail, the calls that do it, and the error that they end with. */
export const failures = {
  write: { calls: 'pwrite64', error: 'ENOSPC', every: 300 },
  sync: { calls: 'fsync,fdatasync', error: 'EIO', every: 100 },
} as const

/**
 * Runs `fixtures/failing-disk-process.ts` on a disk that fails at each write or
 * sync of a short run in turn.
 *
 * @param strace - The program.
 * @param folder - Gets the files as they were after each refusal (`<run>-refused`) and after each run (`<run>-end`).
 */
export function runOnFailingDisk(strace: string, folder: string, failing: keyof typeof failures): Try[] {
  const { calls, error, every } = failures[failing]
  const files = ['', '-wal', '-shm', '-journal', '.beside'].flatMap((tail) => ['-P', join(folder, `flock.db${tail}`)])
  const faults = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}:when=${every}+${every}`]
  const script = join(import.meta.dirname, 'fixtures/failing-disk-process.ts')
  const command = [process.execPath, script, folder, failing, `${every}`]
  const options = ['-f', '--seccomp-bpf', '-o', '/dev/null', ...faults, ...files]
  const { status, stdout, stderr } = spawnSync(strace, [...options, ...command], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Try)
}

/** A short name for what a space has in it, the same for the same records. */
export function nameOfContent(records: Found['records']): string {
  return shortName([...records].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export function shortName(value: unknown): string {
  return hash('sha256', JSON.stringify(value)).slice(0, 12)
}
