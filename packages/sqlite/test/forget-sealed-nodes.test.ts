import { existsSync, readFileSync } from 'node:fs'

import { inProcessBus } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { openNode, settle } from '../../memory/test/federation-nodes.ts'
import { forgetOnSealedNodes } from '../../memory/test/forget-on-sealed-nodes.ts'
import { temporaryPath } from './temporary.ts'

it('an erasure on one sealed node leaves no version of a fact on another, in no byte of its file', async () => {
  const path = temporaryPath()
  const found = (texts: readonly string[]): readonly string[] => {
    const files = [path, `${path}-wal`].flatMap((name) => (existsSync(name) ? readFileSync(name) : []))
    return texts.filter((text) => files.some((bytes) => bytes.includes(text)))
  }
  const texts = await forgetOnSealedNodes([sqliteStore(temporaryPath()), sqliteStore(path)], found)
  expect(found(texts)).toEqual([])
})

it('an erasure on one node leaves nothing on another of a fact that was deleted before', async () => {
  const path = temporaryPath()
  const found = (text: string): boolean =>
    [path, `${path}-wal`].some((name) => existsSync(name) && readFileSync(name).includes(text))
  const bus = inProcessBus()
  const a = await openNode('a', bus, { store: sqliteStore(temporaryPath()) })
  const b = await openNode('b', bus, { store: sqliteStore(path) })
  await a.facts.set('price', 'canaryprice', { importance: 1 })
  await settle(a, b)
  await a.facts.delete('price')
  await settle(a, b)
  expect(await b.facts.history('price')).toHaveLength(2)
  expect(found('canaryprice')).toBe(true)
  await a.forget('facts/price', { reason: 'asked' })
  await settle(a, b)
  expect(await b.facts.history('price')).toEqual([])
  expect(found('canaryprice')).toBe(false)
  await Promise.all([a.memory.close(), b.memory.close()])
})
