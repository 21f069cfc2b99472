import { hash } from 'node:crypto'
import { stat } from 'node:fs/promises'

import { readBytes } from '../documents/read-bytes.ts'

/** Whether a file has changed since it was read. `unknown`: it can't be looked at. */
export type FileState = 'same' | 'changed' | 'gone' | 'unknown'

/** The SHA-256 of a file as it is now; `undefined` where there is none, `unknown` where it can't be read. */
export async function digestNow(path: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const found = await stat(path)
    if (!found.isFile()) return 'unknown'
    return hash('sha256', await readBytes(path, path, signal), 'hex')
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'unknown'
  }
}

/** Compares a file as it is now with what was read. */
export function stateOf(now: string | undefined, read: string | undefined): FileState {
  if (now === undefined) return 'gone'
  if (now === 'unknown') return 'unknown'
  return now === read ? 'same' : 'changed'
}
