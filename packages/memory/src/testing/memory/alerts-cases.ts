import { expect, it } from 'vitest'

import type { Alert } from '../../kinds/alerts.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob, boss } from './principals.ts'

/** Alerts: delivered at least once, until acknowledged. */
export function alertsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)

  it('wait for agents and roles until each has acknowledged', async () => {
    await fresh.memory.as(ann).alerts.send({ to: ['bob', { role: 'sales' }], insight: { budget: 0 }, task: 't1' })
    await fresh.memory.as(ann).alerts.send({ to: ['bob'], insight: 'second' })
    const { alerts } = fresh.memory.as(bob)
    const pending = await alerts.pending()
    expect(pending.map(({ insight, from }) => [insight, from])).toEqual([
      [{ budget: 0 }, 'ann'],
      [{ budget: 0 }, 'ann'],
      ['second', 'ann'],
    ])
    for (const { id } of pending) {
      await alerts.ack(id)
      await alerts.ack(id).catch((error: { code: string }) => expect(error.code).toBe('SKEIN_NOT_FOUND'))
    }
    expect(await alerts.pending()).toEqual([])
    const eve = fresh.memory.as({ id: 'eve', role: 'sales' })
    expect((await eve.alerts.pending()).map(({ insight }) => insight)).toEqual([{ budget: 0 }])
    expect(await fresh.memory.as({ id: 'sales', role: 'none' }).alerts.pending()).toEqual([])
    await expect(fresh.memory.as(ann).alerts.ack(pending[0]?.id ?? '')).rejects.toMatchObject({
      code: 'SKEIN_NOT_FOUND',
    })
  })

  it('come at once to who listens, after those that waited, in order, from another fresh.memory too', async () => {
    await using other = await fresh.another()
    const sender = other.as(ann).alerts
    await sender.send({ to: ['bob'], insight: 1 })
    const seen: Alert<number>[] = []
    const four = new Promise<void>((resolve) => {
      const stop = fresh.memory.as(bob).alerts.subscribe<number>((alert) => {
        seen.push(alert)
        if (alert.insight < 4) void sender.send({ to: ['bob'], insight: alert.insight + 1 })
        else {
          stop()
          resolve()
        }
      })
    })
    await four
    expect(seen.map(({ insight }) => insight)).toEqual([1, 2, 3, 4])
    expect(await fresh.memory.as(bob).alerts.pending()).toHaveLength(4)
  })

  it('above a clearance do not come', async () => {
    await fresh.memory.as(boss).alerts.send({ to: ['bob'], insight: 'secret', sensitivity: 'confidential' })
    expect(await fresh.memory.as(bob).alerts.pending()).toEqual([])
  })
}
