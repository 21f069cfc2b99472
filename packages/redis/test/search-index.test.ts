import { hash } from 'node:crypto'

import { openMemory } from '@skein/memory'
import { collectionsWith, compareNames } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { contentChecksum } from '../src/records/row-content.ts'
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

  it('analyzes anew what another version of the analysis took for terms', async () => {
    const server = await startServer('--appendonly', 'no')
    const admin = new Redis(server.url)
    onTestFinished(async () => {
      admin.disconnect()
      await server.stop()
    })
    const store = redisStore(server.url)
    {
      await using memory = await openMemory({ store })
      const { observations } = memory.as({ id: 'ann', role: 'r' })
      for (const value of ['a red fox', 'two foxes', 'a heron']) await observations.log({ value })
    }
    const rows = '{skein:default}:r:observations'
    for (const [id, row] of Object.entries(await admin.hgetall(rows)))
      await admin.hset(rows, id, analyzedBefore(id, row))
    await using memory = await openMemory({ store })
    const { observations } = memory.as({ id: 'bob', role: 'r' })
    const found = async (text: string): Promise<unknown[]> =>
      (await observations.search(text)).map(({ item }) => String(item.value)).toSorted(compareNames)
    expect([await found('fox'), await found('heron'), await found('older')]).toEqual([
      ['a red fox', 'two foxes'],
      ['a heron'],
      [],
    ])
  })
})

/** A row as an older version of the analysis would have written it: other terms, under its number. */
function analyzedBefore(id: string, row: string): string {
  const [, mark = '', head = '', content = ''] = /^(v\d+ )[0-9a-f]{8} ([^\n]*\n[^\n]*)\n([^]*)$/.exec(row) ?? []
  const [details = '', value = ''] = content.split('\n')
  const older = `${JSON.stringify({ ...(JSON.parse(details) as object), terms: ['older'], analyzer: 1 })}\n${value}`
  const key = { collection: 'observations', id } as const
  const changed = head.replace(contentChecksum(key, content), contentChecksum(key, older))
  return `${mark}${hash('sha1', changed).slice(0, 8)} ${changed}\n${older}`
}
