import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { missing, startServer } from '../../../packages/redis/test/redis-server.ts'
import { MissingError } from '../question.ts'

/** Where processes share what they remember. */
export interface Place {
  /** The beginning of a file's path, or the URL of a Redis server. */
  readonly where: string
  leave(): Promise<void>
}

/** Opens a place that nobody has used. */
export type OpenPlace = () => Promise<Place>

/** A folder of its own. */
export const inFolder: OpenPlace = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  return { where: join(folder, 'shared'), leave: async () => rmSync(folder, { recursive: true }) }
}

/** A Redis server that writes nothing to disk. @throws MissingError */
export const onServer: OpenPlace = async () => {
  if (missing) throw new MissingError(missing)
  const server = await startServer('--appendonly', 'no')
  return { where: server.url, leave: () => server.stop() }
}
