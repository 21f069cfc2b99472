import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import type { Seq } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

// fixtures/format-4.db was written by the last code of format 4, whose seals bound neither labels nor positions. Its space
// `sealed` is sealed with k1, which is 32 bytes of 7; `plain` holds the same without a key.
const keys = { k1: Buffer.alloc(32, 7) }
const encryption = { keys, current: 'k1' }
const ann = {
  id: 'ann',
  role: 'sales',
  clearance: { level: 'confidential', compartments: ['finance', 'legal'] },
  rights: ['administer'],
} as const

function formerDatabase(): string {
  const path = temporaryPath()
  copyFileSync(join(import.meta.dirname, 'fixtures/format-4.db'), path)
  return path
}

async function expectEverything(memory: Memory): Promise<void> {
  const view = memory.as(ann)
  const facts = ['open', 'inside', 'pay', 'gone', 'later', 'told'].map((id) => view.facts.get(id))
  expect(await Promise.all(facts)).toEqual([
    'a public fact',
    'an internal fact',
    4_712,
    undefined,
    'in a hundred years',
    'it was confidential',
  ])
  const { items } = await view.observations.list({ task: 'deal' })
  expect(items.map(({ value }) => value)).toEqual(['a public goose', 'the red fox'])
  const [note] = items.flatMap(({ derivedFrom }) => derivedFrom)
  const ref = { id: note ?? '', size: 0, mediaType: 'application/json' }
  expect(await view.objects.get(ref)).toEqual({ note: 'made from it' })
  const [source] = await view.objects.lineage(ref, { direction: 'sources' })
  expect(source && (await view.objects.get(source.ref))).toBe('a sealed page')
  expect(await view.once('count', () => 'again')).toMatchObject({ value: 12, reused: true })
  expect(await Array.fromAsync(view.verify())).toEqual([])
}

it('a file that was sealed in the first form is readable with its key, and sealed anew when it is opened', async () => {
  const path = formerDatabase()
  for (const space of ['sealed', 'plain']) {
    const before = await inspectSpace({ store: sqliteStore(path), space, encryption })
    expect(before.corruptions).toEqual([])
    await using memory = await openMemory({ store: sqliteStore(path), space, encryption, auditKeepMs: 0 })
    await expectEverything(memory)
    await memory.reseal()
    await expectEverything(memory)
  }
  for (const space of ['sealed', 'plain']) {
    await using store = await sqliteStore(path).open(space, 'reader')
    const { records } = await store.query({ collection: 'facts', order: 'oldest', limit: 10 })
    const sealed = records.filter(({ sensitivity }) => sensitivity === 'confidential')
    expect(sealed.map(({ id }) => id)).toEqual(['pay', 'later'])
    for (const { value } of sealed) expect(value).toMatch(/^~k1\.2-[0-9a-f]{8}\.[^.]+\.[0-9a-f]{40}$/)
    await using again = await openMemory({ store: sqliteStore(path), space, encryption, auditKeepMs: 0 })
    await expectEverything(again)
    expect(await again.reseal()).toEqual({ records: 0, objects: 0 })
  }
})

it('a file of format 4 tells of newer changes as well, before it is migrated and afterwards', async () => {
  const path = formerDatabase()
  const newer = async (role: 'reader' | 'writer'): Promise<readonly (Seq | undefined)[]> => {
    await using store = await sqliteStore(path).open('sealed', role)
    // It was written at 4 and 5, deleted at 7 after 6, and declassified at 10 after 9.
    const places = [
      ['pay', 4],
      ['pay', 5],
      ['gone', 6],
    ] as const
    return store.newer(places.map(([id, seq]) => ({ collection: 'facts', id, seq })))
  }
  expect(await newer('reader')).toEqual([5, undefined, 7])
  expect(await newer('writer')).toEqual([5, undefined, 7])
  expect(await newer('reader')).toEqual([5, undefined, 7])
})
