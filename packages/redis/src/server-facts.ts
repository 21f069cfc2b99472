import { StoreFormatError } from '@skein/memory'

import type { RedisClient } from './redis-client.ts'

/** What the store has to know of its server. */
export interface ServerFacts {
  readonly version: string
  /** Whether every acknowledged write is on the server's disk (`appendfsync always`). */
  readonly isDurable: boolean
  readonly hasAppendOnlyFile: boolean
}

const leastVersion = [6, 2] as const

/** @throws StoreFormatError when the server is too old. */
export async function askServer(client: RedisClient, where: string): Promise<ServerFacts> {
  const server = await client.info('server')
  const version = /^redis_version:(.+)$/m.exec(server)?.[1]?.trim() ?? '0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < leastVersion[0] || (major === leastVersion[0] && minor < leastVersion[1])) {
    throw new StoreFormatError(
      'open',
      `${where} runs Redis ${version}, Skein needs ${leastVersion.join('.')} or newer (or Valkey). Nothing was changed.`,
    )
  }
  const persistence = await client.info('persistence')
  const hasAppendOnlyFile = /^aof_enabled:1/m.test(persistence)
  return { version, hasAppendOnlyFile, isDurable: hasAppendOnlyFile && (await syncsAlways(client)) }
}

/** What can't be asked is taken for the weaker. */
async function syncsAlways(client: RedisClient): Promise<boolean> {
  try {
    const answer = await client.config('GET', 'appendfsync')
    return JSON.stringify(answer).includes('always')
  } catch {
    return false
  }
}
