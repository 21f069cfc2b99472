import { once } from 'node:events'

import { openMemory } from '@skein/memory'
import { outlast } from '@skein/memory/runtime'
import { redisStore } from '@skein/redis'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'

import { missing, startServer } from './redis-server.ts'
import type { TestServer } from './redis-server.ts'
import { startProxy } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

interface Pair {
  readonly master: TestServer
  readonly replica: TestServer
  /** The one name under which the present master is reached. */
  readonly proxy: TcpProxy
  adminOf(server: TestServer): Redis
}

/** A master and a replica that has caught up, behind one name. */
async function pair(): Promise<Pair> {
  const master = await startServer('--appendonly', 'no', '--repl-diskless-sync-delay', '0')
  onTestFinished(() => master.stop())
  const replica = await startServer('--appendonly', 'no', '--replicaof', '127.0.0.1', `${master.port}`)
  onTestFinished(() => replica.stop())
  const proxy = await startProxy({ host: '127.0.0.1', port: master.port })
  onTestFinished(() => proxy.close())
  const adminOf = ({ url }: TestServer): Redis => {
    const admin = new Redis(url)
    onTestFinished(() => admin.disconnect())
    return admin
  }
  const admin = adminOf(replica)
  await expect.poll(() => admin.info('replication'), patience).toContain('master_link_status:up')
  return { master, replica, proxy, adminOf }
}

/** A failover takes some seconds. */
const patience = { timeout: 60_000 }
const ann = { id: 'ann', role: 'test' }

describe.skipIf(missing)(`After a failover behind one name${missing ? ` (${missing})` : ''}`, () => {
  it('writes, watches and claims go on, although the connections to the old master are still open', async () => {
    const { master, replica, proxy, adminOf } = await pair()
    await using memory = await openMemory({
      store: redisStore({ url: proxy.url('redis'), replicas: 1, commandTimeoutMs: 2_000 }),
    })
    memory.on('disconnected', () => {})
    const view = memory.as(ann)
    const { facts, claims } = view
    for (let count = 1; count <= 20; count += 1) await facts.set('k', count)
    const claim = await claims.claim('t')
    const changes = view.watch('facts/', { after: await view.feed.last() })
    const next = changes.next()

    await adminOf(replica).replicaof('NO', 'ONE')
    await adminOf(master).replicaof('127.0.0.1', replica.port)
    proxy.leadTo(replica.port)

    // It is refused by what is a replica now, and sent again to the new master, which has no replica yet.
    await expect(facts.set('k', 21)).rejects.toMatchObject({ code: 'SKEIN_OUTCOME_UNKNOWN' })
    expect(await facts.get('k')).toBe(21)
    await untilDone(() => facts.set('k', 22))
    expect((await next).value).toMatchObject({ id: 'k' })
    expect(claim?.signal.aborted).toBe(false)
    await untilDone(() => facts.set('t/result', 1, claim ? { claim } : {}))
    await changes.return()
  })

  it('with `replicas: 1` no acknowledged write is lost, however suddenly the master dies', async () => {
    const { master, replica, proxy, adminOf } = await pair()
    await using memory = await openMemory({
      store: redisStore({ url: proxy.url('redis'), replicas: 1, commandTimeoutMs: 1_000 }),
    })
    memory.on('disconnected', () => {})
    const { facts } = memory.as(ann)
    const acknowledged: number[] = []
    let isOver = false
    const writing = (async () => {
      for (let count = 0; !isOver; count += 1) {
        await facts.set(`k${count}`, count).then(
          () => acknowledged.push(count),
          () => {},
        )
      }
    })()
    await expect.poll(() => acknowledged.length, patience).toBeGreaterThan(200)
    // What comes now reaches the master, and never the replica.
    await adminOf(replica).replicaof('NO', 'ONE')
    await new Promise((resolve) => setTimeout(resolve, 100))
    isOver = true
    await master.kill()
    proxy.leadTo(replica.port)
    await writing
    await using after = await openMemory({ store: redisStore(replica.url) })
    const there = await Promise.all(acknowledged.map((count) => after.as(ann).facts.get(`k${count}`)))
    expect(there).toEqual(acknowledged)
  })

  it('a claim that only the old master knew is lost, and its fence is never used again', async () => {
    const { master, replica, proxy, adminOf } = await pair()
    await using memory = await openMemory({ store: redisStore({ url: proxy.url('redis') }) })
    for (const name of ['disconnected', 'dataLost'] as const) memory.on(name, () => {})
    await memory.as(ann).facts.set('k', 1)
    await adminOf(master).wait(1, 5_000)
    // The replica is cut off, and takes over later without this claim.
    await adminOf(replica).replicaof('NO', 'ONE')
    const claim = await memory.as(ann).claims.claim('t', { leaseMs: 60_000 })
    if (!claim) throw new Error('taken')
    proxy.leadTo(replica.port)
    await master.kill()
    await using other = await openMemory({ store: redisStore(replica.url) })
    const next = await other.as({ id: 'bob', role: 'test' }).claims.claim('t')
    expect(next?.fence).toBeGreaterThan(claim.fence)
    if (!claim.signal.aborted) await once(claim.signal, 'abort')
    await expect(untilDone(() => memory.as(ann).facts.set('r', 1, { claim }))).rejects.toMatchObject({
      code: 'SKEIN_FENCE',
    })
  })
})

/** Does something again until the store can be reached. */
function untilDone(work: () => Promise<unknown>): Promise<unknown> {
  return outlast(work, { signal: AbortSignal.timeout(patience.timeout) })
}
