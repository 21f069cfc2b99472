import { expect, it } from 'vitest'

import { until, within } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Claims: one owner at a time, fenced. */
export function claimsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)

  it('give a task to one agent at a time, with a growing fence', async () => {
    await using other = await fresh.another()
    const first = await fresh.memory.as(ann).claims.claim('t1')
    expect(await other.as(bob).claims.claim('t1')).toBeUndefined()
    expect(await fresh.memory.as(ann).claims.claim('t1')).toBeUndefined()
    expect(await other.as(bob).claims.holder('t1')).toMatchObject({ agent: 'ann', fence: first?.fence })
    await first?.release()
    await first?.release()
    expect(await other.as(bob).claims.holder('t1')).toBeUndefined()
    const second = await other.as(bob).claims.claim('t1')
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity)
    await second?.release()
  })

  it('are given to exactly one of many concurrent callers', async () => {
    await using other = await fresh.another()
    const views = [fresh.memory.as(ann), other.as(bob)] as const
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (views[n % 2] ?? views[0]).claims.claim('t1')),
    )
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
  })

  it('refuse writes once they are lost', async () => {
    const other = await fresh.another()
    const lost = await other.as(ann).claims.claim('t1', { leaseMs: 1_000 })
    if (!lost) throw new Error('The claim is taken.')
    const { facts } = fresh.memory.as(ann)
    await facts.set('t1/result', 'in time', { claim: lost })
    // Closing stops the heartbeat, as a crash would.
    await other.close()
    expect(lost.signal.aborted).toBe(true)
    await until(async () => !(await fresh.memory.as(bob).claims.holder('t1')), '"a claim that expired has no holder"')
    await using own = await fresh.memory.as(bob).claims.claim('t1')
    const claim = { task: lost.task, fence: lost.fence }
    const lateWrites = [
      () => facts.set('t1/result', 'late', { claim }),
      () => facts.delete('t1/result', { claim }),
      () => fresh.memory.as(ann).observations.log({ value: 'late', claim }),
      () => fresh.memory.as(ann).objects.put('late', { claim }),
      () => fresh.memory.as(ann).decisions.record({ task: 't1', decision: 1, reasoning: 'late', claim }),
    ]
    for (const write of lateWrites) {
      await expect(write()).rejects.toMatchObject({ code: 'SKEIN_FENCE', key: 't1', fence: lost.fence })
    }
    expect(await facts.get('t1/result')).toBe('in time')
    await facts.set('t1/result', 'by bob', { claim: own as NonNullable<typeof own> })
    await expect(own?.extend()).resolves.toBeUndefined()
  })

  it('are kept alive while they are held, and signal their loss', async () => {
    await using store = await fresh.driver.open('default', 'writer')
    const key = { collection: 'claims', id: 't1' } as const
    const endsAt = async (): Promise<number> => (await store.read([key]))[0]?.expiresAt ?? 0
    const claim = await fresh.memory.as(ann).claims.claim('t1', { leaseMs: 2_000 })
    const first = await endsAt()
    await until(async () => (await endsAt()) !== first, '"a held claim is renewed"')
    expect(await endsAt()).toBeGreaterThan(first)
    const lost = new Promise((resolve) => claim?.signal.addEventListener('abort', resolve))
    await store.write([{ type: 'delete', key, author: 'somebody' }])
    await within(lost, '"the signal of a deleted claim has aborted"')
    await expect(claim?.extend()).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
  })

  it('are waited for until they are released, by one of those who wait', async () => {
    await using other = await fresh.another()
    const first = await fresh.memory.as(ann).claims.claim('t1')
    const waiting = [other.as(bob), fresh.memory.as(bob)].map((view) => view.claims.claim('t1', { wait: true }))
    expect(await Promise.race([...waiting, fresh.memory.as(ann).facts.get('nothing')])).toBeUndefined()
    await first?.release()
    const second = await within(Promise.race(waiting), '"a released claim goes to somebody who waits"')
    expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity)
    await second?.release()
    const [one, two] = await within(Promise.all(waiting), '"the others follow"')
    expect(one?.fence).not.toBe(two?.fence)
    await Promise.all([one?.release(), two?.release()])
  })

  it('are waited for until the lease ends, or the signal aborts', async () => {
    const other = await fresh.another()
    await other.as(ann).claims.claim('t1', { leaseMs: 500 })
    const { claims } = fresh.memory.as(bob)
    const stop = new AbortController()
    const given = claims.claim('t1', { wait: true, signal: stop.signal })
    stop.abort(new Error('No longer.'))
    await expect(given).rejects.toThrow('No longer.')
    await expect(claims.claim('t1', { wait: true, signal: stop.signal })).rejects.toThrow('No longer.')
    // Closing stops the heartbeat, as a crash would.
    await other.close()
    await using own = await within(claims.claim('t1', { wait: true }), '"a claim is free when its lease ends"')
    expect(own?.task).toBe('t1')
  })

  it('of processes that have ended are taken over at once, and fenced off; others are not', async () => {
    await using store = await fresh.driver.open('default', 'writer')
    const { claims, facts } = fresh.memory.as(ann)
    const key = { collection: 'claims', id: 't1' } as const
    const old = await claims.claim('t1', { leaseMs: 600_000 })
    const [record] = await store.read([key])
    const { process: own } = JSON.parse(record?.value ?? '{}') as { process?: string }
    // Only Linux tells.
    if (!old || !record || own === undefined) return
    const [host = '', pid = '', start = ''] = own.split('/')
    const heldBy = async (name: unknown): Promise<void> => {
      const value = JSON.stringify({ agent: 'ann', process: name })
      await store.write([{ type: 'set', key, value, meta: record, ttlMs: 600_000 }])
    }
    const otherHost = host.replaceAll(/./g, (digit) => (digit === '0' ? '1' : '0'))
    // Itself; a process of another machine or container; the first of all; none that can be told.
    for (const name of [own, `${otherHost}/${pid}/1`, undefined, 7, '', 'x/y/z', `${host}/0/1`, `${host}/${pid}/-1`]) {
      await heldBy(name)
      expect(await fresh.memory.as(bob).claims.claim('t1')).toBeUndefined()
    }
    // Its id belongs to this process now, or to another one that runs, or to none.
    for (const name of [`${pid}/${BigInt(start) - 1n}`, `${process.ppid || pid}/1`, '2147483647/1']) {
      await heldBy(`${host}/${name}`)
      const [dead] = await store.read([key])
      await using taken = await fresh.memory.as(bob).claims.claim('t1')
      expect(taken?.fence).toBeGreaterThan(dead?.version ?? Infinity)
      const late = facts.set('t1/result', 'late', { claim: { task: 't1', fence: dead?.version ?? 0 } })
      await expect(late).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    }
  })
}
