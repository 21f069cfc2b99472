import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-places-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Each kind of store that many processes share, at a fresh place. */
export const kinds: readonly (readonly [name: string, place: () => Promise<string>, missing: string | undefined])[] = [
  ['SQLite', async () => join(temporaryFolder(), 'flock.db'), undefined],
  [
    'Redis',
    async () => {
      const server = await startServer()
      onTestFinished(() => server.stop())
      return server.url
    },
    missing,
  ],
]
