import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Claim, View } from '@skein/memory'
import { outlast } from '@skein/memory/runtime'
import { redisStore } from '@skein/redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { keepSnapshot } from './describe-redis-store.ts'
import { adminOf, claim, ended, forgetful, lossToldTo, open, serverWith, versions } from './open-memories.ts'
import { missing } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'
import { startProxy } from './tcp-proxy.ts'

// Servers are killed and started again, and memories wait until they can be reached.
vi.setConfig({ testTimeout: 60_000 })

/** What holds after every loss: the task goes to somebody else, and nothing that its old holder does counts. */
async function expectHandedOn(lost: Claim, from: View, to: View): Promise<void> {
  const next = await claim(to, lost.task)
  expect(next.fence).toBeGreaterThan(lost.fence)
  const late = outlast(() => from.facts.set('result', 'late', { claim: { task: lost.task, fence: lost.fence } }))
  await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
  await to.facts.set('result', 'of the next one', { claim: next })
  await ended(lost)
  expect(await outlast(() => from.facts.get('result'))).toBe('of the next one')
}

describe.skipIf(missing)(`When a Redis server loses its data${missing ? ` (${missing})` : ''}`, () => {
  it('FLUSHALL under open memories: all are told, and begin anew above everything that was', async () => {
    const server = await serverWith(...forgetful)
    const [ann, bob] = [await open(server.url, 'ann'), await open(server.url, 'bob')]
    const before = await versions(ann.view, ['k', 'k', 'k', 'l'])
    await ann.view.observations.log({ value: 'a lost heron' })
    expect(await bob.view.observations.search('heron')).toHaveLength(1)
    await bob.view.facts.get('k')
    const held = await claim(ann.view, 't')
    const last = await ann.view.feed.last()
    const changes = bob.view.watch('facts/', { after: last })
    const [next, told] = [changes.next(), [lossToldTo(ann), lossToldTo(bob)]]
    next.catch(() => {})

    const admin = await adminOf(server)
    await admin.flushall()
    await Promise.all(told)
    await expect(next).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    await expect(ann.view.watch('facts/', { after: last }).next()).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    expect(await bob.view.facts.get('k')).toBeUndefined()
    expect(await bob.view.observations.search('heron')).toEqual([])
    await expectHandedOn(held, ann.view, bob.view)
    for (const version of await versions(bob.view, ['k', 'l', 'new']))
      expect(version).toBeGreaterThan(Math.max(...before))
    expect(await bob.view.feed.last()).toBeGreaterThan(last)
    await ann.view.observations.log({ value: 'a new heron' })
    expect(await bob.view.observations.search('heron')).toHaveLength(1)
  })

  it('FLUSHALL while nobody writes: a copy of what is gone is not served on', async () => {
    const server = await serverWith(...forgetful)
    const ann = await open(server.url, 'ann')
    await ann.view.facts.set('k', 1)
    await ann.view.facts.get('k')
    const told = lossToldTo(ann)
    await (await adminOf(server)).flushall()
    await told
    expect(await ann.view.facts.get('k')).toBeUndefined()
    expect(ann.told.filter((event) => event === 'dataLost')).toHaveLength(1)
  })

  it('FLUSHALL, and a process opens, writes and claims first that knew nothing of it', async () => {
    const server = await serverWith(...forgetful)
    const ann = await open(server.url, 'ann')
    const before = await versions(ann.view, ['k', 'k'])
    const held = await claim(ann.view, 't')
    const last = await ann.view.feed.last()
    const told = lossToldTo(ann)
    await (await adminOf(server)).flushall()
    const bob = await open(server.url, 'bob')
    const first = await claim(bob.view, 't')
    expect(first.fence).toBeGreaterThan(held.fence)
    const [version = 0] = await versions(bob.view, ['k'])
    expect(version).toBeGreaterThan(Math.max(...before))
    expect(await bob.view.feed.last()).toBeGreaterThan(last)
    await told
    await ended(held)
    expect(first.signal.aborted).toBe(false)
    const late = ann.view.facts.set('result', 1, { claim: { task: 't', fence: held.fence } })
    await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    expect(await ann.view.facts.get('k')).toBe('new k')
  })

  it('FLUSHALL while a memory is cut off, and others begin the space anew: no position of the cut off one leads on', async () => {
    const server = await serverWith(...forgetful)
    const proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
    onTestFinished(() => proxy.close())
    const ann = await open(proxy.url('redis'), 'ann')
    await versions(ann.view, ['k', 'k', 'k', 'l', 'm', 'n'])
    const [last, told] = [await ann.view.feed.last(), lossToldTo(ann)]
    proxy.cut()
    const admin = await adminOf(server)
    await expect.poll(() => admin.pubsub('CHANNELS', '*')).toEqual([])
    await admin.flushall()
    const bob = await open(server.url, 'bob')
    await versions(bob.view, ['k', 'new'])
    expect(await bob.view.feed.last()).toBeLessThan(last)
    proxy.heal()
    await told
    for (let after = 0; after <= last; after += 1) {
      const changes = ann.view.watch('facts/', { after })
      await expect(changes.next(), `after ${after}`).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    }
    expect([await ann.view.facts.get('l'), await ann.view.facts.get('new')]).toEqual([undefined, 'new new'])
    expect(await versions(bob.view, ['k'])).toEqual([expect.any(Number)])
  })

  it('FLUSHALL while no memory is open: fences still exceed those that were', async () => {
    const server = await serverWith(...forgetful)
    let fence = 0
    {
      await using memory = await openMemory({ store: redisStore(server.url) })
      const { claims } = memory.as({ id: 'ann', role: 'r' })
      for (let round = 0; round < 50; round += 1) {
        await using held = await claims.claim('t')
        fence = held?.fence ?? 0
      }
    }
    await (await adminOf(server)).flushall()
    const bob = await open(server.url, 'bob')
    expect((await claim(bob.view, 't')).fence).toBeGreaterThan(fence)
  })

  it.each([
    ['a new process comes first', true],
    ['an old process comes first', false],
  ])('a server that keeps nothing restarts, and %s', async (_, isNewFirst) => {
    const server = await serverWith(...forgetful)
    const ann = await open(server.url, 'ann')
    const before = await versions(ann.view, ['k', 'k'])
    const held = await claim(ann.view, 't')
    const last = await ann.view.feed.last()
    const told = lossToldTo(ann)
    await server.kill()
    await server.restart()
    if (isNewFirst) {
      const bob = await open(server.url, 'bob')
      await expectHandedOn(held, ann.view, bob.view)
      await told
    } else {
      await told
      await expectHandedOn(held, ann.view, (await open(server.url, 'bob')).view)
    }
    for (const version of await versions(ann.view, ['k'])) expect(version).toBeGreaterThan(Math.max(...before))
    await expect(ann.view.watch('facts/', { after: last }).next()).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
  })

  it('the tail of an append-only file is cut off', async () => {
    // As with `everysec`, but what is acknowledged is in the file, though not on the disk.
    const server = await serverWith('--appendfsync', 'no')
    const [ann, bob] = [await open(server.url, 'ann'), await open(server.url, 'bob')]
    await ann.view.facts.set('kept', 1)
    await ann.view.observations.log({ value: 'a kept heron' })
    const size = appended(server).size
    const before = await versions(ann.view, ['k', 'k', 'kept'])
    await ann.view.observations.log({ value: 'a lost heron' })
    expect(await bob.view.observations.search('heron')).toHaveLength(2)
    const held = await claim(ann.view, 't')
    const last = await bob.view.feed.last()
    const changes = bob.view.watch('facts/', { after: last })
    const next = changes.next()
    next.catch(() => {})
    const told = [lossToldTo(ann), lossToldTo(bob)]

    await server.kill()
    truncateSync(appended(server).path, size)
    await server.restart()
    await expectHandedOn(held, ann.view, bob.view)
    await Promise.all(told)
    await expect(next).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    expect([await bob.view.facts.get('kept'), await bob.view.facts.get('k')]).toEqual([1, undefined])
    const found = await bob.view.observations.search<string>('heron')
    expect(found.map(({ item }) => item.value)).toEqual(['a kept heron'])
    for (const version of await versions(bob.view, ['k', 'kept'])) expect(version).toBeGreaterThan(Math.max(...before))
  })

  it('an older snapshot is put back while no memory is open: positions and versions are not given again', async () => {
    const server = await serverWith(...forgetful)
    let [version, last, fence] = [0, 0, 0]
    let putBack: (() => Promise<void>) | undefined
    {
      await using memory = await openMemory({ store: redisStore(server.url) })
      const view = memory.as({ id: 'ann', role: 'r' })
      await view.facts.set('k', 1)
      putBack = await keepSnapshot(server)
      version = Math.max(...(await versions(view, ['k', 'k', 'k', 'new', 'new'])))
      fence = (await claim(view, 't')).fence
      last = await view.feed.last()
    }
    await putBack()
    const bob = await open(server.url, 'bob')
    for (const given of await versions(bob.view, ['k', 'new', 'newer'])) expect(given).toBeGreaterThan(version)
    expect((await claim(bob.view, 't')).fence).toBeGreaterThan(fence)
    // A watcher that comes back with a position that it had written down.
    await expect(bob.view.watch('facts/', { after: last }).next()).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    // One that had seen only what was kept has missed nothing.
    const seen = (await bob.view.watch('facts/', { after: 1 }).next()).value
    expect(seen).toMatchObject({ id: 'k', op: 'set' })
  })

  it.each([[['meta']], [['floors']], [['meta', 'feed']], [['meta', 'floors']], [['meta', 'feed', 'floors']]])(
    'keys of a space are deleted by hand, open or not: %s',
    async (keys) => {
      const server = await serverWith(...forgetful)
      const admin = await adminOf(server)
      let [version, last, fence] = [0, 0, 0]
      const use = async (view: View): Promise<void> => {
        const written = await versions(view, ['k', 'k', `new ${last}`])
        for (const given of written) expect(given).toBeGreaterThan(version)
        const held = await claim(view, 't')
        expect(held.fence).toBeGreaterThan(fence)
        const position = await view.feed.last()
        expect(position).toBeGreaterThan(last)
        ;[version, last, fence] = [Math.max(...written), position, held.fence]
        await held.release()
      }
      const forget = async (): Promise<void> => {
        // As after a long time: what was released has been swept.
        await admin.call('HDEL', '{skein:default}:r:claims', 't')
        expect(await admin.del(...keys.map((key) => `{skein:default}:${key}`))).toBe(keys.length)
      }
      {
        await using memory = await openMemory({ store: redisStore(server.url) })
        const view = memory.as({ id: 'ann', role: 'r' })
        await use(view)
        await forget()
        await use(view)
      }
      await forget()
      const bob = await open(server.url, 'bob')
      await use(bob.view)
      expect(await bob.view.facts.get('k')).toBe('new k')
    },
  )

  it('the server restarts, and has lost nothing: nobody notices', async () => {
    const server = await serverWith()
    const [ann, bob] = [await open(server.url, 'ann'), await open(server.url, 'bob')]
    const { version } = await ann.view.facts.set('untouched', 1)
    const held = await claim(ann.view, 't')
    const changes = bob.view.watch('facts/', { after: 0 })
    expect((await changes.next()).value).toMatchObject({ id: 'untouched' })
    const next = changes.next()
    for (let round = 1; round <= 3; round += 1) {
      const isBack = new Promise((resolve) => ann.memory.on('reconnected', () => resolve(undefined)))
      await server.kill()
      await server.restart()
      await outlast(() => ann.view.facts.set(`round/${round}`, round))
      await isBack
    }
    expect((await next).value).toMatchObject({ id: 'round/1' })
    expect((await changes.next()).value).toMatchObject({ id: 'round/2' })
    expect((await changes.next()).value).toMatchObject({ id: 'round/3' })
    expect(await ann.view.facts.set('untouched', 2, { ifVersion: version })).toMatchObject({ key: 'untouched' })
    await ann.view.facts.set('result', 1, { claim: held })
    expect(held.signal.aborted).toBe(false)
    expect([...ann.told, ...bob.told]).not.toContain('dataLost')
    // Also for somebody who reads all of it from the beginning.
    const carol = await open(server.url, 'carol')
    const all = carol.view.watch('facts/', { after: 0 })
    const ids: unknown[] = []
    for (let count = 0; count < 6; count += 1) ids.push(((await all.next()).value as { id: string }).id)
    expect(ids).toEqual(['untouched', 'round/1', 'round/2', 'round/3', 'untouched', 'result'])
  })
})

/** The file to which a server appends, and its size. */
function appended({ folder }: TestServer): { readonly path: string; readonly size: number } {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const path = join(folder, names.find((name) => name.endsWith('.incr.aof')) ?? 'appendonly.aof')
  return { path, size: statSync(path).size }
}
