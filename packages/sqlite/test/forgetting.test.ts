import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { openMemory } from '@skein/memory'
import type { Embedder } from '@skein/memory'
import { backup, sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { writePasts } from '../../memory/test/write-pasts.ts'
import { temporaryPath } from './temporary.ts'

/** Which of these words lie in any file beside the database. */
function found(path: string, words: readonly string[]): readonly string[] {
  const folder = dirname(path)
  const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
  return words.filter((word) => bytes.some((file) => file.includes(word)))
}

/** Vectors of the letters of a text, other ones for each id. */
function lettersEmbedder(id: string): Embedder {
  const vectorOf = (text: string): number[] =>
    Array.from({ length: 64 }, (_, at) => Math.sin(at * id.length * 7 + (text.codePointAt(at % text.length) ?? 0)))
  return { id, dimensions: 64, embed: async (texts) => texts.map(vectorOf) }
}

/** Texts of the vectors of all observations, as they are stored. */
async function vectorTexts(path: string): Promise<string[]> {
  await using store = await sqliteStore(path).open('default', 'reader')
  const { records } = await store.query({ collection: 'vectors', order: 'oldest', limit: 10 })
  return records.map(({ value }) => (JSON.parse(value) as { vector: string }).vector)
}

it('leaves nothing of the vectors of what was forgotten, rewritten vectors included', async () => {
  const path = temporaryPath()
  const open = (id: string) => openMemory({ store: sqliteStore(path), search: { embedder: lettersEmbedder(id) } })
  const first = await open('first')
  const entry = await first.as({ id: 'ann', role: 'sales' }).observations.log({ value: 'Zoë called', subject: 'p' })
  await first.as({ id: 'ann', role: 'sales' }).observations.log({ value: 'stays' })
  await first.vectorsReady()
  const [before = '', kept = ''] = await vectorTexts(path)
  await first.close()
  const memory = await open('second')
  await memory.vectorsReady()
  const [after = '', keptAfter = ''] = await vectorTexts(path)
  expect(found(path, [after, keptAfter])).toEqual([after, keptAfter])
  await memory.as({ id: 'ann', role: 'sales' }).forget(entry, { reason: 'asked' })
  await backup(path, join(dirname(path), 'later.db'))
  expect(found(path, [before, kept, after, keptAfter])).toEqual([keptAfter])
  await memory.close()
  expect(found(path, [before, after])).toEqual([])
})

it('leaves nothing of what was forgotten in the file, its log and later backups', async () => {
  const path = temporaryPath()
  const memory = await openMemory({ store: sqliteStore(path) })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const words = [
    'canaryfirst',
    'canarylatest',
    'canaryturn',
    'canarytag',
    'canaryobject',
    'canaryresult',
    'canaryderived',
    'canarymail',
    'canaryperson',
    'canarywish',
  ]
  const [first, latest, turn, tag, object, result, derived, mail] = words as [string, ...string[]]
  const [subject, wish] = ['canaryperson', 'canarywish']
  await ann.facts.set('fact', first, { subject })
  await ann.facts.set('fact', latest, { subject })
  const entry = await ann.observations.log({ value: turn, tags: [tag ?? ''], subject })
  await ann.objects.put(`${object} `.repeat(2_000), { subject })
  await ann.once('work', () => result)
  await ann.learnings.log({ signal: 'success', context: {}, details: derived, derivedFrom: [entry] })
  await ann.agents.post({ to: 'bob', message: { type: 'note', entry: entry.id, text: mail } })
  await ann.facts.set('other', 'stays')
  await ann.facts.set('tagged', 1, { tags: [wish] })
  expect(found(path, [...words, 'stays'])).toEqual([...words, 'stays'])
  await ann.forget({ subject }, { reason: 'asked' })
  await ann.forget({ tags: [wish] }, { reason: 'asked' })
  const [work] = (await ann.records.list({ collection: 'work' })).items
  await ann.forget(`work/${work?.id}`, { reason: 'asked' })
  await backup(path, join(dirname(path), 'later.db'))
  expect(found(path, [...words, 'stays'])).toEqual(['stays'])
  await memory.close()
  expect(found(path, words)).toEqual([])
})

it('leaves nothing of past versions, plain, sealed, large, trimmed or deleted, nor of saved states', async () => {
  const path = temporaryPath()
  const store = sqliteStore(path)
  const memory = await openMemory({ store, encryption: { keys: { k1: randomBytes(32) }, current: 'k1' } })
  const { gone, stays, forget } = await writePasts(memory, store)
  const all = [...gone, ...stays]
  // What stood at the end of a page is cut.
  expect(found(path, all).length).toBeGreaterThan(0.9 * all.length)
  await forget()
  await backup(path, join(dirname(path), 'later.db'))
  expect(found(path, all)).toEqual(stays)
  await memory.close()
  expect(found(path, all)).toEqual(stays)
})

it('leaves nothing in a large file, and others write while it is rewritten', async () => {
  const path = temporaryPath()
  const memory = await openMemory({ store: sqliteStore({ path, busyTimeoutMs: 60_000 }) })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  // A file of more than 512 pages is rewritten by a thread of its own.
  const large = await ann.objects.put('canarylarge '.repeat(200_000))
  await ann.facts.set('count', 0)
  expect(found(path, ['canarylarge'])).toEqual(['canarylarge'])
  let isForgotten = false
  const forgetting = ann.forget(large, { reason: 'asked' }).finally(() => {
    isForgotten = true
  })
  let writes = 0
  while (!isForgotten) {
    writes += 1
    await ann.facts.set('count', writes)
  }
  expect(await forgetting).toMatchObject({ contents: 1 })
  expect(await ann.facts.get('count')).toBe(writes)
  await memory.close()
  expect(found(path, ['canarylarge'])).toEqual([])
})
