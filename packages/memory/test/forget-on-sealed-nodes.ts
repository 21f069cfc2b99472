import { randomBytes } from 'node:crypto'

import { inProcessBus } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { expect } from 'vitest'

import { openNode, settle } from './federation-nodes.ts'

const meta = { subject: 'person/42', importance: 1, sensitivity: 'confidential' } as const

/** The texts in which a node has stored a fact: its present version, past ones, and what the exchange keeps of it. */
async function storedTexts(driver: StoreDriver, key: string): Promise<string[]> {
  await using store = await driver.open('default', 'writer')
  const [fact] = await store.read([{ collection: 'facts', id: key }])
  const [past = []] = await store.past([{ collection: 'facts', id: key }])
  const { records } = await store.query({ collection: 'federation', order: 'oldest', limit: 100 })
  const replicas = records.filter(({ id }) => id.includes(key))
  return [fact, ...past.map(({ record }) => record), ...replicas].flatMap((record) => record?.value ?? [])
}

/**
 * Erases on one of two nodes, both of which seal, a fact of which both have several versions, and closes them.
 *
 * @param found - Which of some texts the medium of the second node holds, or both media.
 * @returns what it held of the fact.
 */
export async function forgetOnSealedNodes(
  stores: readonly [StoreDriver, StoreDriver],
  found: (texts: readonly string[]) => readonly string[],
): Promise<readonly string[]> {
  const bus = inProcessBus()
  const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
  const a = await openNode('a', bus, { store: stores[0], encryption })
  const b = await openNode('b', bus, { store: stores[1], encryption })
  for (const value of ['of Zoë', 'of Zoë and Yves', 'of Zoë again']) {
    await a.facts.set('price', value, meta)
    await settle(a, b)
  }
  const { updatedAt } = (await b.facts.read('price')) ?? { updatedAt: 0 }
  // Each node has the versions that it has seen.
  const versions = await b.facts.history('price')
  expect(versions.map(({ value }) => value)).toEqual(['of Zoë again', 'of Zoë and Yves', 'of Zoë'])
  const then = await b.facts.read('price', { asOf: Math.ceil(versions.at(-1)?.at ?? 0) })
  expect(then?.value).toBe('of Zoë')
  const stored = await storedTexts(stores[1], 'price')
  expect(stored.length).toBeGreaterThanOrEqual(4)
  expect(stored.every((text) => text.startsWith('~k1.'))).toBe(true)
  const texts = stored.map((text) => text.slice(20, 60))
  expect(found(texts)).toEqual(texts)

  const olga = a.memory.as({ ...a.principal, id: 'olga', rights: ['erase'] })
  await olga.forget({ subject: 'person/42' }, { reason: 'She asked for it.' })
  await settle(a, b)
  for (const node of [a, b]) {
    expect(await node.facts.get('price')).toBeUndefined()
    expect(await node.facts.history('price')).toEqual([])
    expect(await node.facts.read('price', { asOf: Math.ceil(updatedAt) })).toBeUndefined()
  }
  await Promise.all([a.memory.close(), b.memory.close()])
  return texts
}
