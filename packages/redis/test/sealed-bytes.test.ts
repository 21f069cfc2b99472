import { randomBytes } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

const first = { keys: { k1: randomBytes(32) }, current: 'k1' }
const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const
const secret = { sensitivity: 'confidential' } as const
const word = 'zyxwvutsmerger'

async function server(): Promise<{ server: TestServer; admin: Redis }> {
  const started = await startServer()
  const admin = new Redis(started.url)
  onTestFinished(async () => {
    admin.disconnect()
    await started.stop()
  })
  return { server: started, admin }
}

/** The server's files, a fresh snapshot among them, that hold the word or its stem. */
async function leaks({ server: { folder }, admin }: { server: TestServer; admin: Redis }): Promise<string[]> {
  await admin.save()
  const files = globSync('**/*.{rdb,aof}', { cwd: folder })
  expect(files).not.toEqual([])
  return files.filter((file) => readFileSync(join(folder, file)).includes(word.slice(0, -1)))
}

async function writeSecrets(memory: Memory): Promise<void> {
  const view = memory.as(boss)
  for (let index = 0; index < 20; index += 1) {
    await view.facts.set(`f${index}`, `The ${word} is planned. ${index}`, secret)
    await view.observations.log({ task: 't', value: `The ${word} was seen.`, ...secret })
  }
  await view.objects.put(`The ${word}, in full.`, secret)
  await view.once('w', () => word)
}

describe.skipIf(missing)(`No byte of a secret${missing ? ` (${missing})` : ''}`, () => {
  it('is ever in the append-only file or a snapshot, when it is sealed from the start', async () => {
    const at = await server()
    await using memory = await openMemory({ store: redisStore(at.server.url), encryption: first })
    await writeSecrets(memory)
    expect(await leaks(at)).toEqual([])
  })

  it('is left after older records were sealed and the server has rewritten its file', async () => {
    const at = await server()
    const plain = await openMemory({ store: redisStore(at.server.url) })
    await writeSecrets(plain)
    await plain.close()
    expect(await leaks(at)).not.toEqual([])
    await using memory = await openMemory({ store: redisStore(at.server.url), encryption: first })
    await memory.reseal()
    expect(await memory.as(boss).facts.get('f0')).toContain(word)
    const state = async (): Promise<string> => at.admin.info('persistence')
    await expect.poll(state, { timeout: 60_000 }).toMatch(/aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0/)
    expect(await leaks(at)).toEqual([])
  })
})
