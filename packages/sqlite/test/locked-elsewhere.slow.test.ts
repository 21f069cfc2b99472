import { setTimeout as sleep } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { backup, sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { lockElsewhere } from './locking-process.ts'
import { temporaryPath } from './temporary.ts'

async function viewOf(path: string, busyTimeoutMs = 60_000): Promise<View> {
  const memory = await openMemory({ store: sqliteStore({ path, busyTimeoutMs }) })
  onTestFinished(() => memory.close())
  return memory.as({ id: 'ann', role: 'test' })
}

it('reads, timers and leases go on while another process has the lock, and writes succeed afterwards', async () => {
  const path = temporaryPath()
  const { facts, claims } = await viewOf(path)
  await facts.set('k', 'before')
  const claim = await claims.claim('t', { leaseMs: 1_000 })
  const unlock = await lockElsewhere(path)

  const written = facts.set('k', 'after')
  // It waits for longer than the lease, which is renewed behind it.
  const guarded = facts.set('guarded', 1, { claim: { task: 't', fence: claim?.fence ?? 0 } })
  // Timers run, or this would wait for ever: nobody but this process ends the lock. It lasts for several leases.
  await sleep(3_000)
  expect((await facts.read('k'))?.value).toBe('before')
  expect(claim?.signal.aborted).toBe(false)
  unlock()
  await written
  expect(await guarded).toMatchObject({ value: 1 })
  expect(await facts.get('k')).toBe('after')

  // The claim is still the old one, for the store too.
  expect(await claims.claim('t')).toBeUndefined()
  await facts.set('result', 1, { claim: { task: 't', fence: claim?.fence ?? 0 } })
  expect(claim?.signal.aborted).toBe(false)
})

it('a lease whose holder is gone ends though the file was locked, and its next holder is told of nothing', async () => {
  const path = temporaryPath()
  const gone = await openMemory({ store: sqliteStore(path) })
  const old = await gone.as({ id: 'bob', role: 'test' }).claims.claim('t', { leaseMs: 1_000 })
  const { claims } = await viewOf(path)
  await gone.close()
  expect(old?.signal.aborted).toBe(true)
  const unlock = await lockElsewhere(path)
  const next = claims.claim('t')
  await sleep(1_500)
  unlock()
  expect((await next)?.fence).toBeGreaterThan(old?.fence ?? 0)
})

it('opening, sweeping, scrubbing, backup and closing wait with the event loop running', async () => {
  const path = temporaryPath()
  const store = await sqliteStore(path).open('default', 'writer')
  const unlock = await lockElsewhere(path)
  const done: string[] = []
  const note = (name: string, work: Promise<unknown>): Promise<unknown> => work.then(() => done.push(name))
  const all = [
    note(
      'open',
      sqliteStore(path)
        .open('another', 'writer')
        .then((other) => other[Symbol.asyncDispose]()),
    ),
    note('sweep', store.sweep(10)),
    note('scrub', store.scrub()),
  ]
  await backup(path, `${path}.copy`)
  await sleep(200)
  expect(done).toEqual([])
  unlock()
  await Promise.all(all)
  const unlockAgain = await lockElsewhere(path)
  const closed = Promise.all([note('last write', store.sweep(10)), store[Symbol.asyncDispose]()])
  await sleep(200)
  expect(done).not.toContain('last write')
  unlockAgain()
  await closed
})

it('opening waits for a process that keeps even readers out, and gives up when the time is over', async () => {
  const path = temporaryPath()
  await (await sqliteStore(path).open('default', 'writer'))[Symbol.asyncDispose]()
  const unlock = await lockElsewhere(path, 'EXCLUSIVE')
  for (const role of ['writer', 'reader'] as const) {
    const opening = sqliteStore({ path, busyTimeoutMs: 100 }).open('default', role)
    await expect(opening).rejects.toMatchObject({ code: 'SKEIN_STORE_BUSY' })
  }
  const opening = sqliteStore(path).open('default', 'reader')
  await sleep(100)
  unlock()
  await (await opening)[Symbol.asyncDispose]()
})
