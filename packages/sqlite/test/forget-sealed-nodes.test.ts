import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'

import { inProcessBus } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { openNode, settle } from '../../memory/test/federation-nodes.ts'
import { temporaryPath } from './temporary.ts'

const meta = { subject: 'person/42', importance: 1, sensitivity: 'confidential' } as const

/** The texts in which a node has stored a fact: its present version, past ones, and what the exchange keeps of it. */
async function storedTexts(path: string, key: string): Promise<string[]> {
  await using store = await sqliteStore(path).open('default', 'reader')
  const [fact] = await store.read([{ collection: 'facts', id: key }])
  const [past = []] = await store.past([{ collection: 'facts', id: key }])
  const { records } = await store.query({ collection: 'federation', order: 'oldest', limit: 100 })
  const replicas = records.filter(({ id }) => id.includes(key))
  return [fact, ...past.map(({ record }) => record), ...replicas].flatMap((record) => record?.value ?? [])
}

/** Those of some texts that a database and its log hold. */
function textsIn(path: string, texts: readonly string[]): readonly string[] {
  const files = [path, `${path}-wal`].flatMap((name) => (existsSync(name) ? readFileSync(name) : []))
  return texts.filter((text) => files.some((bytes) => bytes.includes(text.slice(20, 60))))
}

it('an erasure on one sealed node leaves no version of a fact on another, in no byte of its file', async () => {
  const bus = inProcessBus()
  const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
  const paths = [temporaryPath(), temporaryPath()] as const
  const [a, b] = await Promise.all(
    paths.map((path, n) => openNode('ab'[n] ?? '', bus, { store: sqliteStore(path), encryption })),
  )
  if (!a || !b) throw new Error('no nodes')
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
  const texts = await storedTexts(paths[1], 'price')
  expect(texts.length).toBeGreaterThanOrEqual(4)
  expect(texts.every((text) => text.startsWith('~k1.'))).toBe(true)
  expect(textsIn(paths[1], texts)).toEqual(texts)

  const olga = a.memory.as({ ...a.principal, id: 'olga', rights: ['erase'] })
  await olga.forget({ subject: 'person/42' }, { reason: 'She asked for it.' })
  await settle(a, b)
  for (const node of [a, b]) {
    expect(await node.facts.get('price')).toBeUndefined()
    expect(await node.facts.history('price')).toEqual([])
    expect(await node.facts.read('price', { asOf: Math.ceil(updatedAt) })).toBeUndefined()
  }
  await Promise.all([a.memory.close(), b.memory.close()])
  expect(textsIn(paths[1], texts)).toEqual([])
})
