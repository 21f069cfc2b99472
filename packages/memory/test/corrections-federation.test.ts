import { CorrectedError, inProcessBus } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { cuttableBus, openNode, openPair, settle } from './federation-nodes.ts'
import type { Node } from './federation-nodes.ts'

const important = { importance: 0.9 }

const rita = { id: 'rita', role: 'review', rights: ['correct'] } as const

describe('Corrections', () => {
  it('go where their records went, and do there what they did here', async () => {
    const [a, b] = await openPair()
    const { id } = await a.observations.log({ value: 'fox', ...important })
    const quiet = await a.observations.log({ value: 'quiet' })
    const ref = await a.objects.put('text', important)
    await settle(a, b)
    await b.facts.set('note', 1, { derivedFrom: [`observations/${id}`] })
    await a.observations.supersede(id, { value: 'cat', ...important }, { reason: 'a typo' })
    await a.observations.retract(quiet.id, 'nobody needs to know')
    await a.objects.retract(ref, 'wrong')
    await settle(a, b)
    expect((await b.observations.list()).items.map(({ value }) => value)).toEqual(['cat'])
    expect(await b.observations.search('fox')).toEqual([])
    const { correction } = await b.observations.get(id, { include: 'all' })
    expect(correction).toMatchObject({ state: 'superseded', reason: 'a typo', author: 'a-agent' })
    await expect(b.objects.get(ref)).rejects.toBeInstanceOf(CorrectedError)
    expect((await b.records.list({ collection: 'corrections' })).items).toHaveLength(2)
    // Who made something of it there alone is told there.
    expect((await b.alerts.pending()).map(({ insight }) => insight)).toMatchObject([
      { corrected: `observations/${id}`, inDoubt: ['facts/note'] },
    ])
    expect(await b.corrections.doubts('facts/note')).toEqual([`observations/${id}`])
  })

  it('arrive before or after their records, all the same', async () => {
    const [a, , bus] = await openPair()
    const { id } = await a.observations.log({ value: 'fox', ...important })
    const kept = await a.observations.log({ value: 'hen', ...important })
    await a.observations.retract(id, 'wrong')
    await a.memory.exchange()
    // A node that comes later gets a snapshot: what holds no more never holds there.
    const late = await openNode('late', bus)
    await settle(a, late)
    expect((await late.observations.list()).items.map((item) => item.id)).toEqual([kept.id])
    expect((await late.observations.get(id, { include: 'all' })).correction?.reason).toBe('wrong')
  })

  it('are refused where they are none', async () => {
    const { bus, say } = cuttableBus()
    const node = await openNode('a', bus)
    const { id } = await node.observations.log({ value: 'fox', ...important })
    const meta = { author: 'eve', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }
    const send = async (name: string, value: unknown): Promise<void> =>
      say(
        JSON.stringify({
          skein: 1,
          from: 'eve',
          by: 'eve',
          kind: 'record',
          name: `corrections/${name}`,
          body: JSON.stringify({ value: JSON.stringify(value), meta }),
        }),
      )
    await send(`observations/${id}`, null)
    await send(`observations/${id}`, { state: 'superseded', at: 1 })
    await send(`observations/${id}`, { state: 'retracted', at: 'x' })
    await send('claims/t', { state: 'retracted', at: 1 })
    await send('nothing', { state: 'retracted', at: 1 })
    await settle(node)
    expect((await node.observations.list()).items).toHaveLength(1)
    await send(`observations/${id}`, { state: 'retracted', at: 1 })
    await settle(node)
    expect((await node.observations.list()).items).toEqual([])
  })

  it('converge when two nodes correct the same record', async () => {
    const bus = inProcessBus()
    const links = [cuttableBus(bus), cuttableBus(bus), cuttableBus(bus)]
    const nodes = await Promise.all(links.map((link, index) => openNode(`${'abc'[index]}`, link.bus)))
    const [a, b, c] = nodes as [Node, Node, Node]
    const first = await a.observations.log({ value: 'one', ...important })
    const second = await a.observations.log({ value: 'two', ...important })
    await settle(a, b, c)
    for (const { cut } of links) cut()
    await a.observations.retract(first.id, 'by a')
    await b.memory.as(rita).observations.retract(first.id, 'by b')
    await a.observations.supersede(second.id, { value: 'three', ...important })
    await b.memory.as(rita).observations.retract(second.id, 'by b')
    await c.memory.as(rita).corrections.confirm(`observations/${second.id}`)
    for (const { mend } of links) mend()
    await settle(a, b, c)
    await settle(a, b, c)
    const told = async (node: Node): Promise<unknown> =>
      (await node.observations.list({ include: 'all' })).items
        .map(({ value, correction }) => ({ value, correction }))
        .toSorted((x, y) => String(x.value).localeCompare(String(y.value)))
    const expected = await told(a)
    expect(await told(b)).toEqual(expected)
    expect(await told(c)).toEqual(expected)
    expect((await c.observations.list()).items.map(({ value }) => value)).toEqual(['three'])
  })

  it('are forgotten results of work on every node', async () => {
    const [a, b] = await openPair()
    const { id } = await a.observations.log({ value: 'fox', ...important })
    await settle(a, b)
    const ask = async (): Promise<boolean> => {
      using scope = new ReadScope()
      const view = b.memory.as({ id: 'bob', role: 'test' }, scope)
      const count = async (): Promise<number> => (await view.observations.list()).items.length
      return (await view.once('count', count, { onRetract: 'recompute' })).reused
    }
    expect([await ask(), await ask()]).toEqual([false, true])
    await a.observations.retract(id, 'wrong')
    await settle(a, b)
    expect([await ask(), await ask()]).toEqual([false, true])
  })
})
