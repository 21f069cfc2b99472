import { openMemory } from '@skein/memory'
import { redisStore } from '@skein/redis'
import type { RedisClient } from '@skein/redis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { startSentinel } from './redis-sentinel.ts'
import { missing } from './redis-server.ts'

// A failover takes seconds, and servers share the machine with other tests.
vi.setConfig({ testTimeout: 120_000 })

const ann = { id: 'ann', role: 'research' }
const bob = { id: 'bob', role: 'research' }

describe.skipIf(missing)(`A memory behind Sentinel${missing ? ` (${missing})` : ''}`, () => {
  it('loses no acknowledged write with `replicas: 1` when its master is killed, and goes on', async () => {
    const sentinel = await startSentinel()
    onTestFinished(() => sentinel.stop())
    const open = async () => {
      const client = sentinel.client() as unknown as RedisClient
      const memory = await openMemory({ store: redisStore({ client, replicas: 1, commandTimeoutMs: 2_000 }) })
      onTestFinished(() => memory[Symbol.asyncDispose]())
      memory.on('disconnected', () => {})
      memory.on('dataLost', () => {})
      return memory
    }
    const [writer, watcher] = [await open(), await open()]
    const heard: unknown[] = []
    watcher.as(bob).alerts.subscribe(({ insight }: { insight: unknown }) => void heard.push(insight))
    const written: number[] = []
    let isOver = false
    const writing = (async () => {
      for (let number = 0; !isOver; number += 1) {
        await writer
          .as(ann)
          .facts.set(`n/${number}`, number)
          .then(
            () => written.push(number),
            () => {},
          )
      }
    })()
    await vi.waitUntil(() => written.length > 50, 30_000)

    await sentinel.master.kill()
    await sentinel.failedOver()
    const before = written.length
    await vi.waitUntil(() => written.length > before + 50, 60_000)
    isOver = true
    await writing

    const facts = await Promise.all(written.map((n) => watcher.as(bob).facts.read(`n/${n}`, { consistency: 'strong' })))
    expect(facts.map((fact) => fact?.value)).toEqual(written)
    // The connection that brings changes follows the new master.
    await writer.as(ann).alerts.send({ to: ['bob'], insight: 'still here' })
    await vi.waitUntil(() => heard.includes('still here'), 30_000)
  })
})
