import { openMemory } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'

describe.skipIf(missing)(`The search index on Redis${missing ? ` (${missing})` : ''}`, () => {
  it('is built from the searchable collections alone', async () => {
    const server = await startServer('--appendonly', 'no')
    const admin = new Redis(server.url)
    onTestFinished(async () => {
      admin.disconnect()
      await server.stop()
    })
    await using memory = await openMemory({ store: redisStore(server.url) })
    const { facts, observations, alerts } = memory.as({ id: 'ann', role: 'r' })
    await Promise.all(Array.from({ length: 2_000 }, (_, n) => facts.set(`k${n}`, 'a red fox')))
    await alerts.send({ to: ['bob'], insight: 'a red fox' })
    await observations.log({ value: 'a red fox' })

    const monitor = await admin.monitor()
    onTestFinished(() => monitor.disconnect())
    const scanned = new Set<string>()
    const { promise: searched, resolve } = Promise.withResolvers<void>()
    monitor.on('monitor', (_time: string, [command = '', argument = '']: readonly string[]) => {
      if (command.toLowerCase() === 'hscan') scanned.add(argument)
      if (argument === 'searched') resolve()
    })
    expect(await observations.search('fox')).toHaveLength(1)
    await admin.echo('searched')
    await searched
    expect([...scanned].toSorted()).toEqual(
      collectionsWith('searchable')
        .map((collection) => `{skein:default}:r:${collection}`)
        .toSorted(),
    )
  })
})
