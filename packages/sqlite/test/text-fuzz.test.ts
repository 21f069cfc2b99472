import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

/** Operators of FTS5 and SQL, quotes, NUL, halves of surrogate pairs, and all of Unicode. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        "'",
        '*',
        '(',
        ')',
        '^',
        ':',
        '-',
        '+',
        ' AND ',
        ' OR ',
        ' NOT ',
        ' NEAR/2 ',
        '{',
        '}',
        '\0',
        '\\',
        ';--',
        '%',
        '_',
        'goose',
        '🪿',
        '\ud83e',
        '\udebf',
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => parts.join('')),
)

const stores: readonly (readonly [string, () => StoreDriver])[] = [
  ['mapStore', () => mapStore()],
  ['sqliteStore', () => sqliteStore(temporaryPath())],
]

describe.each(stores)('any text on %s', (_, store) => {
  async function open() {
    const memory = await openMemory({ store: store() })
    onTestFinished(() => memory.close())
    return memory.as({ id: 'me', role: 'test' })
  }

  it('is a valid query: 5,000 of them, and one of a megabyte', async () => {
    const { observations } = await open()
    await observations.log({ value: 'The goose flew south over the lake.' })
    await fc.assert(
      fc.asyncProperty(text, async (query) => {
        const hits = await observations.search(query)
        expect(hits.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 5_000 },
    )
    expect(await observations.search(`goose ${'x" OR '.repeat(170_000)}`)).toHaveLength(1)
  })

  it('as key, tag and task is kept exactly, or refused with an OptionError: 1,000 of them', async () => {
    const { facts, observations } = await open()
    await fc.assert(
      fc.asyncProperty(text, async (name) => {
        try {
          await facts.set(name, name, { tags: [name], task: name })
          await observations.log({ value: name, tags: [name], task: name })
        } catch (error) {
          expect(error).toMatchObject({ code: 'SKEIN_OPTION' })
          expect(name === '' || name.length > 1_000 || !name.isWellFormed()).toBe(true)
          return
        }
        expect(await facts.read(name)).toMatchObject({ key: name, value: name, tags: [name], task: name })
        const { items } = await observations.list({ task: name, tags: [name], limit: 1 })
        expect(items).toMatchObject([{ value: name }])
      }),
      { numRuns: 1_000 },
    )
  })
})
