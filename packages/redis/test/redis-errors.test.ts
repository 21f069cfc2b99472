import { openMemory } from '@skein/memory'
import type { SkeinError } from '@skein/memory'
import { redisStore } from '@skein/redis'
import type { RedisClient } from '@skein/redis'
import type { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { connected, missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'

async function server(...options: readonly string[]): Promise<TestServer> {
  const started = await startServer(...options)
  onTestFinished(() => started.stop())
  return started
}

async function refusal(attempt: Promise<unknown>): Promise<SkeinError> {
  const error = await attempt.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  )
  return error as SkeinError
}

const ann = { id: 'ann', role: 'r' }

describe.skipIf(missing)(`Errors of a server${missing ? ` (${missing})` : ''}`, () => {
  it('say what to do about a missing or wrong password, which they do not repeat', async () => {
    const { url, port } = await server('--requirepass', 'correct')
    for (const wrong of [url, `redis://:sesame@127.0.0.1:${port}`]) {
      const error = await refusal(openMemory({ store: redisStore(wrong) }))
      expect(error).toMatchObject({ code: 'SKEIN_STORE', operation: 'open' })
      expect(error.message).toContain('Give the right user and password in the URL')
      expect(error.message).not.toContain('sesame')
    }
    await using memory = await openMemory({ store: redisStore(`redis://:correct@127.0.0.1:${port}`) })
    expect((await memory.as(ann).facts.set('k', 1)).version).toBe(1)
  })

  it('say what to do for a user without the right to a command', async () => {
    const { url, port } = await server()
    await using admin = await openMemory({ store: redisStore(url) })
    await admin.as(ann).facts.set('k', 1)
    const limited = await server('--user', 'default', 'on', 'nopass', '~*', '&*', '+@all', '-evalsha')
    const error = await refusal(
      (async () => {
        await using memory = await openMemory({ store: redisStore(limited.url) })
        await memory.as(ann).facts.set('k', 1)
      })(),
    )
    expect(error.message).toContain('ACL SETUSER')
    expect(port).toBeGreaterThan(0)
  })

  it('name a read-only replica, on which nothing is written', async () => {
    const master = await server()
    const replica = await server('--replicaof', '127.0.0.1', `${master.port}`)
    await using memory = await openMemory({ store: redisStore(replica.url) })
    const error = await refusal(memory.as(ann).facts.set('k', 1))
    expect(error).toMatchObject({ code: 'SKEIN_STORE' })
    expect(error.message).toContain('read-only replica')
  })

  it('name a full server: no write is half done, and reads go on', async () => {
    const { url } = await server('--maxmemory', '8mb', '--maxmemory-policy', 'noeviction')
    await using memory = await openMemory({ store: redisStore(url) })
    const { facts } = memory.as(ann)
    const large = 'x'.repeat(400_000)
    let written = 0
    let error: SkeinError | undefined
    while (!error && written < 100) {
      error = await facts.set(`f${written}`, large).then(
        () => undefined,
        (reason: unknown) => reason as SkeinError,
      )
      if (!error) written += 1
    }
    expect(error).toMatchObject({ code: 'SKEIN_STORE_FULL' })
    expect(error?.message).toContain('maxmemory')
    expect(await facts.read(`f${written}`, { consistency: 'strong' })).toBeUndefined()
    expect(await facts.read('f0', { consistency: 'strong' })).toMatchObject({ value: large, version: 1 })
    const changes = memory.as(ann).watch('facts/', { after: 0, signal: AbortSignal.timeout(60_000) })
    for (let seq = 1; seq <= written; seq += 1)
      expect((await changes.next()).value).toMatchObject({ id: `f${seq - 1}` })
    await changes.return()
  })

  it('name a node of a cluster', async () => {
    const { url } = await server('--cluster-enabled', 'yes')
    const error = await refusal(
      (async () => {
        await using memory = await openMemory({ store: redisStore(url) })
        await memory.as(ann).facts.set('k', 1)
      })(),
    )
    expect(error.message).toContain('Give a cluster client')
  })

  it('tell when no server is there, without waiting for ever', async () => {
    const gone = await server()
    await gone.stop()
    const error = await refusal(openMemory({ store: redisStore(gone.url) }))
    expect(error.message).toContain("can't be reached")
  })

  it('name the version of a server that is too old', async () => {
    const { url } = await server()
    const driver = redisStore({ url })
    await using store = await driver.open('default', 'writer')
    expect(store.traits.reach).toBe('network')
    // No other command is sent before the version is known; a server so old is not at hand.
    const duplicate = (): Redis =>
      Object.assign(connected(url, { lazyConnect: true, enableReadyCheck: false }), { info })
    const info = async () => '# Server\r\nredis_version:5.0.14\r\n'
    const old = Object.assign(duplicate(), { duplicate, isCluster: undefined }) as unknown as RedisClient
    const error = await refusal(openMemory({ store: redisStore({ client: old }) }))
    expect(error).toMatchObject({ code: 'SKEIN_STORE_FORMAT' })
    expect(error.message).toContain('5.0.14')
  })

  it.each([
    'localhost:6379',
    'http://localhost',
    '',
    'redis://h',
    { url: 'redis://h', prefix: '{a}' },
    { url: 'redis://h', pingMs: 0 },
    { url: 'redis://h', maxChanges: 0.5 },
    // A timer of Node would wait for 1 ms.
    { url: 'redis://h', commandTimeoutMs: 2 ** 31 },
  ])('come before any command for options out of range: %j', (options) => {
    const attempt = (): unknown => redisStore(options as never)
    if (options === 'redis://h') expect(attempt).not.toThrow()
    else expect(attempt).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION' }))
  })

  it('come before a value that the server does not take is sent, and the connection goes on', async () => {
    const { url } = await server('--proto-max-bulk-len', '1mb')
    await using memory = await openMemory({ store: redisStore(url) })
    const { facts, objects } = memory.as(ann)
    const long = 'ö'.repeat(600_000)
    const others = Promise.all([facts.set('short', 1), facts.set('half', 'x'.repeat(500_000))])
    for (const error of await Promise.all([refusal(facts.set('k', long)), refusal(objects.put(long))])) {
      expect(error).toMatchObject({ code: 'SKEIN_VALUE' })
      expect(error.message).toContain('proto-max-bulk-len')
    }
    await others
    expect(await facts.get('k')).toBeUndefined()
    expect(await facts.get('short')).toBe(1)
  })

  it('do not come because the event loop stood still while the answer arrived', async () => {
    const { url } = await server()
    await using memory = await openMemory({ store: redisStore({ url, commandTimeoutMs: 200 }) })
    const { facts } = memory.as(ann)
    await facts.set('k', 1)
    const written = Promise.all([facts.set('k', 2), facts.read('k', { consistency: 'strong' })])
    // By then they are on their way.
    setImmediate(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600))
    expect((await written)[0]).toMatchObject({ version: 2 })
  })

  it('tell that a write whose answer is lost may have happened', async () => {
    const started = await server()
    await using memory = await openMemory({ store: redisStore({ url: started.url, commandTimeoutMs: 200 }) })
    const { facts } = memory.as(ann)
    await facts.set('k', 'before')
    started.signal('SIGSTOP')
    const error = await refusal(facts.set('k', 'after'))
    expect(error).toMatchObject({ code: 'SKEIN_OUTCOME_UNKNOWN' })
    started.signal('SIGCONT')
    await expect.poll(async () => (await facts.read('k', { consistency: 'strong' }))?.value).toBe('after')
  })
})
