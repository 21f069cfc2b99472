import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { importMemory } from '@skein/mcp'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { GraphFacts } from '../src/compat/graph-facts.ts'
import { testFolder } from './mcp-client.ts'

const folder = testFolder()
let ann: View
let close: () => Promise<void>
beforeEach(async () => {
  const memory = await openMemory({ store: mapStore() })
  ann = memory.as({ id: 'ann', role: 'test' })
  close = () => memory.close()
})
afterEach(() => close())

function file(name: string, text: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

async function notes(): Promise<readonly unknown[]> {
  return (await ann.observations.list({ limit: 1_000 })).items.map(({ value }) => value).toReversed()
}

describe('the file of the official memory server', () => {
  const alice = { type: 'entity', name: 'Alice', entityType: 'person', observations: ['likes geese'] }
  const knows = { type: 'relation', from: 'Alice', to: 'Bob', relationType: 'knows' }

  it('is taken over, and again without writing anything twice', async () => {
    const path = file('memory.jsonl', [alice, knows].map((item) => JSON.stringify(item)).join('\n'))
    expect(await importMemory(ann, path)).toEqual({ format: 'graph', added: 2, known: 0, skipped: [] })
    expect(await importMemory(ann, path)).toEqual({ format: 'graph', added: 0, known: 2, skipped: [] })
    const { type: _, ...entity } = alice
    expect(await new GraphFacts(ann).read()).toMatchObject({
      entities: [entity],
      relations: [{ from: 'Alice', to: 'Bob' }],
    })
  })

  it('adds to what is known, and names the lines that are broken', async () => {
    await new GraphFacts(ann).createEntities([{ name: 'Alice', entityType: 'person', observations: ['plays chess'] }])
    const lines = [
      JSON.stringify(alice),
      '{"type":"entity","name":"Bo',
      '',
      '{"type":"entity","name":"x","observations":[1]}',
      'null',
    ]
    const report = await importMemory(ann, file('broken.jsonl', lines.join('\r\n')))
    expect(report).toMatchObject({
      added: 1,
      skipped: [2, 4, 5].map((line) => `line ${line}: neither an entity nor a relation`),
    })
    const { entities } = await new GraphFacts(ann).read()
    expect(entities).toMatchObject([{ observations: ['plays chess', 'likes geese'] }])
  })
})

describe('notes in Markdown', () => {
  it('lose no heading that has nothing below it', async () => {
    await importMemory(ann, file('headings.md', '# Rules\n## Use pnpm\n## Tests\nRun vitest.\n# Ask Eve\n'))
    expect(await notes()).toEqual(['Rules\nUse pnpm', 'Rules\nTests\nRun vitest.', 'Ask Eve'])
  })

  it('become one observation for each section, under its headings', async () => {
    const root = join(folder, 'memory')
    mkdirSync(join(root, 'topics'), { recursive: true })
    writeFileSync(
      join(root, 'MEMORY.md'),
      '# Project\n\nBuilt with pnpm.\n\n## Tests\n\n- run vitest\n\n```sh\n# no heading\n```\n\n# Team\nEve decides.\n',
    )
    writeFileSync(join(root, 'topics', 'debugging.md'), 'No heading here.\n')
    writeFileSync(join(root, 'empty.md'), '\n')
    writeFileSync(join(root, 'data.bin'), 'x')
    symlinkSync('/etc/passwd', join(root, 'link.md'))
    const report = await importMemory(ann, root, { sensitivity: 'public' })
    expect(report).toEqual({ format: 'notes', added: 4, known: 0, skipped: ['empty.md: empty'] })
    expect(await notes()).toEqual([
      'Project\nBuilt with pnpm.',
      'Project\nTests\n- run vitest\n\n```sh\n# no heading\n```',
      'Team\nEve decides.',
      'No heading here.',
    ])
    const { items } = await ann.observations.list({ tags: ['topics/debugging.md'] })
    expect(items).toHaveLength(1)
    expect(await importMemory(ann, root)).toMatchObject({ added: 0, known: 4 })
    expect(await importMemory(ann, join(root, 'MEMORY.md'))).toMatchObject({ format: 'notes', added: 0, known: 3 })
  })
})

describe('an export of mem0', () => {
  const memory = { id: '1', memory: 'Likes geese', user_id: 'ann', categories: ['birds'], score: 1 }

  it.each<[string, string]>([
    ['a list', JSON.stringify([memory])],
    ['results', JSON.stringify({ results: [memory], relations: [] })],
    ['memories', JSON.stringify({ memories: [{ ...memory, memory: undefined, text: 'Likes geese' }] }, undefined, 2)],
    ['one object', JSON.stringify(memory)],
    ['lines', `${JSON.stringify(memory)}\n`.repeat(2)],
  ])('is taken over as observations: %s', async (_, text) => {
    expect(await importMemory(ann, file('mem0.json', text))).toMatchObject({ format: 'mem0', added: 1 })
    const { items } = await ann.observations.list({ tags: ['birds', 'user:ann'] })
    expect(items).toMatchObject([{ value: 'Likes geese', author: 'ann' }])
  })

  it('names what has no text', async () => {
    const report = await importMemory(
      ann,
      file('mem0.json', JSON.stringify([memory, { id: '2' }, null, { memory: ' ' }])),
    )
    expect(report).toMatchObject({
      added: 1,
      skipped: [2, 3, 4].map((at) => `memory ${at}: no text in memory, text, data, content`),
    })
  })

  it('names broken lines by their numbers in the file', async () => {
    const lines = [JSON.stringify(memory), '', '{"memory":"Likes', JSON.stringify({ ...memory, memory: 'Likes swans' })]
    const report = await importMemory(ann, file('mem0.jsonl', lines.join('\r\n')))
    expect(report).toEqual({ format: 'mem0', added: 2, known: 0, skipped: ['line 3: no JSON'] })
  })
})

it.each([
  ['text', 'Some text that is nothing of the kind.'],
  ['a number', '42'],
  ['another JSON', '{"name":"x"}'],
  ['nothing', ''],
])('refuses what it does not know, and writes nothing: %s', async (_, text) => {
  await expect(importMemory(ann, file('other.txt', text))).rejects.toMatchObject({
    code: 'SKEIN_OPTION',
    option: 'path',
  })
  expect(await notes()).toEqual([])
})

it('takes over all but what this principal can not write, and names that by its place', async () => {
  const memory = await openMemory({ store: mapStore() })
  const boss = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
  const entity = (name: string): object => ({ type: 'entity', name, entityType: 'x', observations: ['new'] })
  await new GraphFacts(boss, 'confidential').createEntities([{ name: 'Merger', entityType: 'x', observations: [] }])
  const lines = ['First', 'Merger', '\ud800', 'Last'].map((name) => JSON.stringify(entity(name)))
  const report = await importMemory(memory.as({ id: 'ann', role: 'test' }), file('mixed.jsonl', lines.join('\n')))
  expect(report).toMatchObject({
    added: 2,
    skipped: [
      expect.stringMatching(/^line 2: .*clearance/) as string,
      expect.stringMatching(/^line 3: .*well-formed/) as string,
    ],
  })
  const { entities } = await new GraphFacts(boss).read()
  expect(entities.map(({ name }) => name)).toEqual(['Merger', 'First', 'Last'])
  await memory.close()
})

it.each([
  ['UTF-8 with a mark', Buffer.from('\ufeff# Ünï\nA note.')],
  ['UTF-16 of a Windows shell', Buffer.from('\ufeff# Ünï\r\nA note.\r\n', 'utf16le')],
])('reads %s', async (_, bytes) => {
  await importMemory(ann, file('encoded.md', bytes))
  expect(await notes()).toEqual(['Ünï\nA note.'])
})

it('refuses bytes that are no text, and names such a file in a folder', async () => {
  const root = join(folder, 'mixed')
  mkdirSync(root)
  const latin1 = Buffer.from('Caf\u00e9', 'latin1')
  writeFileSync(join(root, 'a.md'), latin1)
  writeFileSync(join(root, 'b.md'), 'A note.')
  await expect(importMemory(ann, join(root, 'a.md'))).rejects.toMatchObject({ option: 'path' })
  expect(await importMemory(ann, root)).toMatchObject({ added: 1, skipped: ['a.md: not in UTF-8 or UTF-16'] })
})

it('imports at the given sensitivity, within the clearance', async () => {
  const path = file('note.md', 'A secret.')
  await expect(importMemory(ann, path, { sensitivity: 'confidential' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
  await expect(importMemory(ann, path, { format: 'csv' as never })).rejects.toMatchObject({ option: 'format' })
})
