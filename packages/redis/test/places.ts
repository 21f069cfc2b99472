import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** Registers what closes at the end of a test; concurrent tests take it from their context. */
export type OnFinished = (close: () => void | Promise<void>) => void

/** A folder that is removed when the test ends. */
export function temporaryFolder(onFinished: OnFinished = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-places-'))
  onFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Each kind of store that processes can share, with a function that makes a new place for one. */
export const kinds: readonly (readonly [
  name: string,
  place: (onFinished?: OnFinished) => Promise<string>,
  missing: string | undefined,
])[] = [
  ['SQLite', async (onFinished) => join(temporaryFolder(onFinished), 'flock.db'), undefined],
  [
    'Redis',
    async (onFinished = onTestFinished) => {
      const server = await startServer()
      onFinished(() => server.stop())
      return server.url
    },
    missing,
  ],
]
