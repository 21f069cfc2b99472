import { StoreFormatError, ValueError } from '@skein/memory'

import { mastersOf } from './cluster-nodes.ts'
import { evictionPolicyOf } from './eviction.ts'
import type { RedisClient } from './redis-client.ts'

/** What the store depends on and the server decides. */
export interface ServerFacts {
  readonly version: string
  /** Whether every acknowledged write is on the server's disk (`appendfsync always`). */
  readonly isDurable: boolean
  /** The policy by which it drops any key when its memory is full, such as `allkeys-lru`, if it does. */
  readonly evictionPolicy: string | undefined
  /** The longest value that the server takes, in bytes; it closes the connection for a longer one. */
  readonly maxBulkBytes: number
}

const oldestVersion = [6, 2] as const

/**
 * Asks the server for its version, persistence and eviction policy; of a cluster all
 * masters, since each may get the space. The weakest of them counts.
 *
 * @throws StoreFormatError when one is too old.
 */
export async function readServerFacts(client: RedisClient, where: string): Promise<ServerFacts> {
  const facts = await Promise.all(mastersOf(client).map((node) => factsOf(node, where)))
  return {
    version: facts[0]?.version ?? '0',
    isDurable: facts.every(({ isDurable }) => isDurable),
    maxBulkBytes: Math.min(...facts.map((each) => each.maxBulkBytes)),
    evictionPolicy: facts.find(({ evictionPolicy }) => evictionPolicy !== undefined)?.evictionPolicy,
  }
}

async function factsOf(client: RedisClient, where: string): Promise<ServerFacts> {
  const persisted = client.info('persistence')
  const settings = Promise.all([syncsAlways(client), maxBulkOf(client), evictionPolicyOf(client)])
  // What fails is told of below, unless the server is too old, which explains it.
  for (const each of [persisted, settings]) each.catch(() => {})
  const server = await client.info('server')
  const version = /^redis_version:(.+)$/m.exec(server)?.[1]?.trim() ?? '0'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1])) {
    throw new StoreFormatError(
      'open',
      `${where} runs Redis ${version}, but Skein needs ${oldestVersion.join('.')} or newer, or Valkey. Nothing was changed.`,
    )
  }
  const hasAppendOnlyFile = /^aof_enabled:1/m.test(await persisted)
  const [syncs, maxBulkBytes, evictionPolicy] = await settings
  return { version, isDurable: hasAppendOnlyFile && syncs, maxBulkBytes, evictionPolicy }
}

/** Where CONFIG is not allowed, the server is taken to have its default. */
async function maxBulkOf(client: RedisClient): Promise<number> {
  try {
    const answer = JSON.stringify(await client.config('GET', 'proto-max-bulk-len'))
    return Number(/\d+/.exec(answer)?.[0] ?? usualBulkBytes)
  } catch {
    return usualBulkBytes
  }
}

const usualBulkBytes = 512 * 1024 * 1024

/** @throws ValueError before the server would close the connection, and all that is under way on it would fail. */
export function requireBulk({ length }: { readonly length: number }, maxBytes: number): void {
  if (length <= maxBytes) return
  const [bytes, most] = [length, maxBytes].map((count) => count.toLocaleString('en'))
  throw new ValueError('$', `${bytes} bytes where this server takes ${most}`, 'Raise its proto-max-bulk-len.')
}

/** Where CONFIG is not allowed, the weaker guarantee counts. */
async function syncsAlways(client: RedisClient): Promise<boolean> {
  try {
    const answer = await client.config('GET', 'appendfsync')
    return JSON.stringify(answer).includes('always')
  } catch {
    return false
  }
}
