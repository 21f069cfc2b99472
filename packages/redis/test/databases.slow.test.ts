import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { redisStore } from '@skein/redis'
import { describe, expect, it, vi } from 'vitest'

import { adminOf, claim, ended, forgetful, lossToldTo, open, serverWith, versions } from './open-memories.ts'
import { missing } from './redis-server.ts'

vi.setConfig({ testTimeout: 60_000 })

describe.skipIf(missing)(`Databases of one Redis server${missing ? ` (${missing})` : ''}`, () => {
  it('that hold copies of one space never hear of each other', async () => {
    const server = await serverWith(...forgetful)
    const admin = await adminOf(server)
    const [first, second] = [`${server.url}/0`, `${server.url}/1`]
    {
      await using memory = await openMemory({ store: redisStore(first) })
      await versions(memory.as({ id: 'ann', role: 'r' }), ['k', 'l'])
    }
    for (const key of await admin.keys('*')) await admin.call('COPY', key, key, 'DB', '1')
    const here = [await open(first, 'ann'), await open(first, 'bob')] as const
    const there = [await open(second, 'ann'), await open(second, 'bob')] as const
    for (let count = 0; count < 200; count += 1) {
      // The positions are the same in both: a hint of one would pass for one of the other.
      await Promise.all([here[0].view.facts.set('k', `here ${count}`), there[0].view.facts.set('l', `there ${count}`)])
      await Promise.all([here, there].flatMap(([, { view }]) => [view.facts.get('k'), view.facts.get('l')]))
    }
    const both = async ({ view }: { view: View }): Promise<unknown[]> => [
      await view.facts.get('k'),
      await view.facts.get('l'),
    ]
    await vi.waitFor(async () => {
      expect(await both(here[1])).toEqual(['here 199', 'new l'])
      expect(await both(there[1])).toEqual(['new k', 'there 199'])
    })
    for (const { told } of [...here, ...there]) expect(told).toEqual([])
  })

  it('that are swapped count as a loss, for those on either side', async () => {
    const server = await serverWith(...forgetful)
    const [here, there] = [await open(`${server.url}/0`, 'ann'), await open(`${server.url}/1`, 'ann')]
    await versions(here.view, ['k', 'only here', 'k'])
    await versions(there.view, ['k'])
    await Promise.all([here, there].flatMap(({ view }) => [view.facts.get('k'), view.facts.get('only here')]))
    const [held, last] = [await claim(here.view, 't'), await here.view.feed.last()]
    const told = [lossToldTo(here), lossToldTo(there)]
    await (await adminOf(server)).swapdb(0, 1)
    await Promise.all(told)
    expect([await here.view.facts.get('only here'), await there.view.facts.get('only here')]).toEqual([
      undefined,
      'new only here',
    ])
    await ended(held)
    const late = here.view.facts.set('result', 1, { claim: { task: 't', fence: held.fence } })
    await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    expect((await claim(here.view, 't')).fence).not.toBe(held.fence)
    await expect(here.view.watch('facts/', { after: last }).next()).rejects.toMatchObject({
      code: 'SKEIN_FEED_TRIMMED',
    })
    await here.view.facts.set('k', 'written here')
    await there.view.facts.set('k', 'written there')
    expect([await here.view.facts.get('k'), await there.view.facts.get('k')]).toEqual(['written here', 'written there'])
  })
})
