import { mapStore, openMemory } from '@skein/memory'
import type { Bus, BusLink } from '@skein/memory/types'
import { describe, expect, it } from 'vitest'

import { listenForWarnings, openNode, settle } from './federation-nodes.ts'
import type { Node } from './federation-nodes.ts'

const important = { importance: 0.9 }
const secret = { sensitivity: 'confidential', ...important } as const
const internal = { sensitivity: 'internal', ...important } as const
const encryption = { keys: { k1: Buffer.alloc(32, 1) }, current: 'k1' }
const word = 'hunter2'

/** What of a federation is in plain text on its bus, once a node seals. */
export function describeBusSealing(name: string, makeBus: () => Bus | Promise<Bus>): void {
  const textsOn = async (bus: Bus): Promise<string[]> => {
    await using link = await bus.open('default', 'eve')
    return (await link.read('', 1_000)).messages.map(({ text }) => text)
  }
  const isPlainOn = async (bus: Bus): Promise<boolean> => (await textsOn(bus)).some((text) => text.includes(word))
  const exchangeAll = async (...nodes: readonly Node[]): Promise<void> => {
    // A node without the key stops at what it can't open.
    for (let turn = 0; turn < 3; turn += 1) {
      for (const { memory } of nodes)
        await memory.exchange().catch((error: unknown) => expect(error).toMatchObject({ code: 'SKEIN_KEY_MISSING' }))
    }
  }

  describe(`In a federation that seals, on ${name},`, () => {
    it('a node without the key publishes no secret, from its first message on, and all of them once it has the key', async () => {
      const warnings = listenForWarnings()
      const bus = await makeBus()
      const store = mapStore()
      const a = await openNode('a', bus, { encryption })
      await a.facts.set('public', 1, important)
      await a.memory.exchange()
      const late = await openNode('b', bus, { store })
      await late.facts.set('k', word, secret)
      await late.observations.log({ value: word, ...secret })
      await late.objects.put(word, secret)
      await late.facts.set('open', 2, important)
      await late.facts.set('internal', 3, internal)
      await exchangeAll(late, a, late)
      expect(await isPlainOn(bus)).toBe(false)
      expect([await a.facts.get('open'), await a.facts.get('internal'), await a.facts.get('k')]).toEqual([
        2,
        3,
        undefined,
      ])
      expect(late.memory.federation).toMatchObject({ withheld: 3 })
      await expect.poll(() => warnings.filter((text) => text.includes('keeps secrets to itself'))).toHaveLength(1)
      await late.memory.close()

      const keyed = await openNode('b', bus, { store, encryption })
      await settle(keyed, a)
      expect(await a.facts.get('k')).toBe(word)
      expect((await a.observations.list()).items.map(({ value }) => value)).toEqual([word])
      expect(await isPlainOn(bus)).toBe(false)
    })

    it('a node learns of it even between looking and publishing', async () => {
      const inner = await makeBus()
      let isFirst = true
      const bus: Bus = {
        open: async (space, node) => {
          const link = await inner.open(space, node)
          const publish: BusLink['publish'] = async (messages, after) => {
            if (isFirst) await (await openNode('a', inner, { encryption })).memory.exchange()
            isFirst = false
            return link.publish(messages, after)
          }
          return Object.assign(Object.create(link) as BusLink, {
            publish,
            read: link.read.bind(link),
            elect: link.elect.bind(link),
            onNews: link.onNews.bind(link),
            [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
          })
        },
      }
      const late = await openNode('b', bus)
      await late.facts.set('k', word, secret)
      await exchangeAll(late)
      expect(await isPlainOn(inner)).toBe(false)
      expect(late.memory.federation).toMatchObject({ withheld: 1 })
    })

    it('secrets in plain text are refused, counted and told of once, and everything else is taken in', async () => {
      const warnings = listenForWarnings()
      const bus = await makeBus()
      const before = await makeBus()
      const old = await openNode('old', before)
      for (const id of ['one', 'two']) await old.facts.set(id, word, secret)
      await old.facts.set('open', 1, important)
      await old.facts.set('internal', 2, internal)
      await old.memory.exchange()
      const a = await openNode('a', bus, { encryption })
      await a.memory.exchange()
      const texts = await textsOn(before)
      await using link = await bus.open('default', 'old')
      await link.publish(texts)
      await a.memory.exchange()
      expect(a.memory.federation).toMatchObject({ refused: 2, isCaughtUp: true })
      expect([await a.facts.get('one'), await a.facts.get('open'), await a.facts.get('internal')]).toEqual([
        undefined,
        1,
        2,
      ])
      await expect.poll(() => warnings.filter((text) => text.includes('secrets that are not sealed'))).toHaveLength(1)
    })

    it('what was published before that is still taken in, also by nodes that come later', async () => {
      const bus = await makeBus()
      const old = await openNode('old', bus)
      await old.facts.set('k', word, secret)
      await old.memory.exchange()
      const a = await openNode('a', bus, { encryption })
      const b = await openNode('b', bus, { encryption })
      await settle(a, b)
      const late = await openNode('late', bus, { encryption })
      await settle(late)
      for (const { facts, memory } of [a, b, late]) {
        expect(await facts.get('k')).toBe(word)
        expect(memory.federation).toMatchObject({ refused: 0 })
      }
    })

    it('a node that lost its key goes on publishing what is public', async () => {
      const bus = await makeBus()
      const store = mapStore()
      const before = await openMemory({ store, encryption })
      await before.as({ id: 'b', role: 'r', clearance: { level: 'confidential' } }).facts.set('k', word, secret)
      await before.close()
      const a = await openNode('a', bus, {})
      const b = await openNode('b', bus, { store })
      await b.facts.set('open', 1, important)
      await expect(b.facts.set('j', word, secret)).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
      await settle(b, a)
      expect(await a.facts.get('open')).toBe(1)
      expect(await isPlainOn(bus)).toBe(false)
    })
  })
}
