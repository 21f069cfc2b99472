// Forgetting on one node reaches the others.
import { setImmediate as nextTurn } from 'node:timers/promises'

import { inProcessBus, mapStore } from '@skein/memory'
import type { Principal } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'
import type { Bus, BusLink } from '@skein/memory/types'
import { describe, expect, it } from 'vitest'

import { cuttableBus, openNode, openPair, settle } from './federation-nodes.ts'
import type { Node } from './federation-nodes.ts'

const important = { importance: 1 } as const
const olga: Principal = {
  id: 'olga',
  role: 'privacy',
  clearance: { level: 'confidential', compartments: ['finance'] },
  rights: ['erase', 'audit'],
}

function forget(node: Node, ...args: Parameters<Node['forget']>): ReturnType<Node['forget']> {
  return node.memory.as(olga).forget(...args)
}

async function openThree(): Promise<{ nodes: [Node, Node, Node]; links: ReturnType<typeof cuttableBus>[] }> {
  const bus = inProcessBus()
  const links = ['a', 'b', 'c'].map(() => cuttableBus(bus))
  const nodes = await Promise.all(links.map((link, index) => openNode('abc'[index] ?? '', link.bus)))
  return { nodes: nodes as [Node, Node, Node], links }
}

/** How many records of each kind a node has. */
async function counts({ memory }: Node): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const collection of ['facts', 'observations', 'decisions', 'objects', 'corrections', 'work'] as const) {
    const { items } = await memory.as(olga).records.list({ collection, include: 'all' })
    if (items.length > 0) found[collection] = items.length
  }
  return found
}

describe('What one node forgets', () => {
  it('goes from every node: entries, facts with what lost, objects, and what was said about them', async () => {
    const { nodes } = await openThree()
    const [a, b, c] = nodes
    const subject = 'person/42'
    const call = await a.observations.log({ value: 'Zoë called', subject, ...important })
    await a.objects.put('a letter from Zoë', { subject, ...important })
    await settle(...nodes)
    await Promise.all([
      a.facts.set('price', 'of Zoë', { subject, ...important }),
      b.facts.set('price', 'of Zoë, too', { subject, ...important }),
    ])
    await a.observations.retract(call.id, 'Zoë did not')
    await settle(...nodes)
    expect(await counts(c)).toEqual({ observations: 1, facts: 1, objects: 1, corrections: 1 })

    const { id } = await forget(a, { subject }, { reason: 'She asked for it.' })
    await settle(...nodes)
    for (const node of nodes) {
      expect(await counts(node)).toEqual({})
      expect(await node.facts.conflicts('price')).toEqual([])
      const erasure = await node.memory.as(olga).records.get('erasures', id ?? '')
      expect(erasure).toMatchObject({ author: 'olga', value: { state: 'done', reason: 'She asked for it.' } })
      expect(erasure?.value).toMatchObject({ forgotten: { observations: 1, facts: 1, objects: 1, corrections: 1 } })
      const entries = await Array.fromAsync(node.memory.as(olga).audit.entries())
      expect(entries.map(({ agent, reason }) => [agent, reason])).toContainEqual(['olga', 'She asked for it.'])
    }
    const told = await c.memory.as(olga).records.get('erasures', id ?? '')
    expect(told?.value).toMatchObject({ node: 'a' })
  })

  it('is not told where it was never shared', async () => {
    const bus = inProcessBus()
    const [a, b] = [await openNode('a', bus), await openNode('b', bus)]
    await a.observations.log({ value: 'private', subject: 'x' })
    await a.facts.set('k', 'private', { subject: 'x' })
    await settle(a, b)
    const sent = a.memory.federation?.sent
    await forget(a, { subject: 'x' }, { reason: 'asked' })
    await settle(a, b)
    expect(a.memory.federation?.sent).toBe(sent)
    expect((await b.memory.as(olga).records.list({ collection: 'erasures' })).items).toEqual([])
  })

  it('takes along what other nodes have made from it, if it reaches that far', async () => {
    const { nodes } = await openThree()
    const [a, b, c] = nodes
    const source = await a.observations.log({ value: 'fox', ...important })
    await a.objects.put('a fox', { derivedFrom: [`observations/${source.id}`], ...important })
    await settle(...nodes)
    using scope = new ReadScope()
    const bob = b.memory.as({ id: 'bob', role: 'test' }, scope)
    await bob.once('count', async () => (await bob.observations.list()).items.length)
    const named = { derivedFrom: [`observations/${source.id}`] }
    await b.facts.set('private', 'of the fox', named)
    // Only B knows that this was made from the fox, too, and tells of it in another message.
    await b.objects.put('a second fox', { derivedFrom: ['facts/private'], ...important })
    await b.decisions.record({ task: 't', decision: 'run', reasoning: 'fox', ...named, ...important })
    // A has never heard of the decision when it forgets.
    await b.memory.exchange()
    await c.memory.exchange()
    expect(await counts(c)).toMatchObject({ decisions: 1, objects: 2 })
    const { id } = await forget(a, source, { reason: 'wrong', derived: 'forget' })
    await settle(...nodes)
    for (const node of nodes) expect(await counts(node)).toEqual({})
    const told = await c.memory.as(olga).records.get('erasures', id ?? '')
    expect(told?.value).toMatchObject({ state: 'done', forgotten: { objects: 2 }, contents: 2 })
  })

  it('refuses what somebody made from it who had not heard of it', async () => {
    const bus = inProcessBus()
    let isDeaf = false
    const deaf: Bus = {
      open: async (space, node) => {
        const link = await bus.open(space, node)
        const read: BusLink['read'] = async (after, limit) => {
          if (isDeaf) throw new Error('Deaf.')
          return link.read(after, limit)
        }
        return Object.assign(Object.create(link) as BusLink, {
          publish: link.publish.bind(link),
          elect: link.elect.bind(link),
          onNews: link.onNews.bind(link),
          [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
          read,
        })
      },
    }
    const [a, b, c] = [await openNode('a', bus), await openNode('b', deaf), await openNode('c', bus)]
    const source = await a.observations.log({ value: 'fox', ...important })
    // From now on B need not read the bus before it publishes.
    await b.facts.set('other', 'stays', important)
    await settle(a, b, c)
    isDeaf = true
    await forget(a, source, { reason: 'wrong', derived: 'forget' })
    await a.memory.exchange()
    await c.memory.exchange()
    const derivedFrom = [`observations/${source.id}`]
    await b.decisions.record({ task: 't', decision: 'run', reasoning: 'fox', derivedFrom, ...important })
    await expect(b.memory.exchange()).rejects.toThrow('Deaf.')
    await c.memory.exchange()
    expect(await counts(c)).toEqual({ facts: 1 })
    isDeaf = false
    await settle(a, b, c)
    for (const node of [a, b, c]) expect(await counts(node)).toEqual({ facts: 1 })
  })

  it('leaves what other nodes have made from it, if it does not', async () => {
    const [a, b] = await openPair()
    const source = await a.observations.log({ value: 'fox', ...important })
    await settle(a, b)
    await b.facts.set('own', 'of the fox', { derivedFrom: [`observations/${source.id}`] })
    await forget(a, source, { reason: 'wrong' })
    await settle(a, b)
    expect(await counts(b)).toEqual({ facts: 1 })
  })

  it('may come from any node, whoever wrote it', async () => {
    const { nodes } = await openThree()
    const [a, b] = nodes
    await a.observations.log({ value: 'fox', subject: 'x', ...important })
    await a.facts.set('k', 'fox', { subject: 'x', ...important })
    await settle(...nodes)
    await forget(b, { subject: 'x' }, { reason: 'asked' })
    await settle(...nodes)
    for (const node of nodes) expect(await counts(node)).toEqual({})
  })

  it('stays gone when an older copy comes late, in any order', async () => {
    const { nodes, links } = await openThree()
    const [a] = nodes
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      await a.observations.log({ value: 'fox', subject: 'x', ...important })
      await a.facts.set('k', 'fox', { subject: 'x', ...important })
      await a.objects.put('fox', { subject: 'x', ...important })
      await settle(...nodes)
      links[2]?.cut()
      await forget(a, { subject: 'x' }, { reason: 'asked' })
      links[2]?.mend()
      for (const index of order) await nodes[index]?.memory.exchange()
      await settle(...nodes)
      for (const node of nodes) expect(await counts(node)).toEqual({})
    }
  })

  it('is refused when it comes late, also where it never was', async () => {
    const [a, b, bus] = await openPair()
    await using link = await bus.open('default', 'eve')
    const said = async (): Promise<readonly string[]> => (await link.read('', 100)).messages.map(({ text }) => text)
    await a.observations.log({ value: 'fox', subject: 'x', ...important })
    await a.facts.set('k', 'fox', { subject: 'x', ...important })
    await a.objects.put('fox', { subject: 'x', ...important })
    await settle(a, b)
    const old = await said()
    await forget(a, { subject: 'x' }, { reason: 'asked' })
    await settle(a, b)
    const news = (await said()).slice(old.length)
    await link.publish(old)
    await settle(a, b)
    const other = inProcessBus()
    await using otherLink = await other.open('default', 'eve')
    await otherLink.publish([...news, ...old])
    const d = await openNode('d', other)
    await settle(d)
    expect(d.memory.federation?.refused).toBe(0)
    for (const node of [a, b, d]) expect(await counts(node)).toEqual({})
  })

  it('stays gone when a node gets a snapshot', async () => {
    const bus = inProcessBus({ maxMessages: 20 })
    const store = mapStore()
    const [a, b] = [await openNode('a', bus), await openNode('b', bus)]
    const early = await openNode('c', bus, { store })
    await a.observations.log({ value: 'fox', subject: 'x', ...important })
    await settle(a, b, early)
    await early.memory.close()
    await forget(a, { subject: 'x' }, { reason: 'asked' })
    for (let n = 0; n < 30; n += 1) {
      await a.facts.set(`k${n % 3}`, n, important)
      await a.memory.exchange()
    }
    await settle(a, b)
    const late = await openNode('c', bus, { store })
    await settle(late, a, b)
    await settle(late, a, b)
    expect(late.memory.federation?.snapshots).toBe(1)
    for (const node of [a, b, late]) expect((await counts(node))['observations']).toBeUndefined()
  })

  it('leaves what was written later under the same name', async () => {
    const { nodes, links } = await openThree()
    const [a, b, c] = nodes
    await a.facts.set('k', 'old', important)
    const ref = await a.objects.put('old', important)
    await settle(...nodes)
    links[2]?.cut()
    await forget(a, ['facts/k', ref], { reason: 'asked' })
    await settle(a, b)
    expect(await counts(b)).toEqual({})
    // B knows of the erasure; C does not, and writes later than it.
    await b.objects.put('old', important)
    await c.facts.set('k', 'new', important)
    links[2]?.mend()
    await settle(...nodes)
    await settle(...nodes)
    for (const node of nodes) {
      expect(await node.facts.get('k')).toBe('new')
      expect(await node.facts.conflicts('k')).toEqual([])
      expect(await node.objects.get(ref)).toBe('old')
    }
    // And goes as well when it is forgotten in turn.
    await forget(c, ['facts/k', ref], { reason: 'asked' })
    await settle(...nodes)
    for (const node of nodes) expect(await counts(node)).toEqual({})
  })

  it('is refused to nobody who may write to the bus: the rights were checked where it began', async () => {
    const [a, b] = await openPair()
    await a.observations.log({ value: 'fox', subject: 'x', ...important })
    await settle(a, b)
    const bob = b.memory.as({ id: 'bob', role: 'test' })
    expect((await bob.forget({ subject: 'x' }, { reason: 'mine?' })).forgotten).toEqual({})
    await settle(a, b)
    expect(await counts(a)).toEqual({ observations: 1 })
    await forget(b, { subject: 'x' }, { reason: 'asked' })
    await settle(a, b)
    expect(await counts(a)).toEqual({})
  })

  it('is hidden at once, however much it is', async () => {
    const [a, b] = await openPair()
    await Promise.all(
      Array.from({ length: 700 }, (_, n) => a.observations.log({ value: `fox ${n}`, subject: 'x', ...important })),
    )
    await settle(a, b)
    const { forgotten } = await forget(a, { subject: 'x' }, { reason: 'asked' })
    expect(forgotten).toEqual({ observations: 700 })
    const seen = new Set<number>()
    let isOver = false
    const look = async (): Promise<void> => {
      while (!isOver) {
        seen.add((await b.observations.list({ limit: 1_000 })).items.length)
        // The store answers without a turn of the event loop, which erasing needs.
        await nextTurn()
      }
    }
    const looking = look()
    await settle(a, b)
    isOver = true
    await looking
    seen.add((await b.observations.list({ limit: 1_000 })).items.length)
    expect([...seen].filter((count) => count !== 700)).toEqual([0])
  })
})
