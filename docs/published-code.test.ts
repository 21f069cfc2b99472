import { expect, it } from 'vitest'

import { chunkOf } from '../scripts/bundle-chunks.ts'
import { compact } from '../scripts/compact.ts'

const source = [
  '/** Says "Grüße". */',
  'export const greeting = (name) => `Grüße, ${name} 🌊`',
  '// 日本語',
  'export const isGerman = (text) => /^[äöüß🌊]+$/u.test(text)',
  "export const größe = 'Größe' // in letters",
  'export class Counter {',
  '  #count = 0',
  '  next() { return (this.#count += 1) }',
  '}',
].join('\n')

it('published code says what its source says, without comments and in ASCII', async () => {
  const { code, map } = compact(source, 'greeting.js')
  expect(code).toMatch(/^[\0-\x7f]*$/)
  expect(code).not.toMatch(/Says|in letters|sourceMappingURL/)
  const [before, after] = (await Promise.all([source, code].map(loaded))) as [Exported, Exported]
  for (const { greeting, isGerman, größe, Counter } of [before, after]) {
    expect(greeting('Ada')).toBe('Grüße, Ada 🌊')
    expect(['äöß', '🌊', 'a', '\ud83c'].map((text) => isGerman(text))).toEqual([true, true, false, false])
    expect(größe).toBe('Größe')
    expect(new Counter().next()).toBe(1)
  }
  expect((JSON.parse(map) as { sources: unknown }).sources).toEqual(['greeting.js'])
})

it.each(['export const path = String.raw`\\ä`', 'export const path = String.raw`ä`', "export const path = '\\ä'"])(
  'code whose meaning an escape would change is refused: %s',
  (code) => {
    expect(() => compact(code, 'path.js')).toThrow(/path\.js has a character beyond ASCII/)
  },
)

it('an entry point that loads a part of the main one has a file for that part', () => {
  const imports: Readonly<Record<string, readonly string[]>> = {
    main: ['flock', 'pool'],
    part: ['pool'],
    other: ['pool', 'more'],
    flock: ['pool', 'words'],
    pool: ['node:fs'],
    words: [],
    more: [],
  }
  const chunk = chunkOf('main', ['part', 'other'], [])
  const look = { getModuleInfo: (id: string) => ({ importedIds: imports[id] ?? [] }) }
  // Rollup offers more than is asked for.
  const chunkFor = (id: string): unknown => chunk(id, look as unknown as Parameters<typeof chunk>[1])
  expect(chunkFor('flock')).toBe(chunkFor('words'))
  expect(chunkFor('pool')).not.toBe(chunkFor('flock'))
  expect(chunkFor('more')).toBeUndefined()
})

interface Exported {
  greeting(name: string): string
  isGerman(text: string): boolean
  readonly größe: string
  readonly Counter: new () => { next(): number }
}

function loaded(code: string): Promise<unknown> {
  return import(`data:text/javascript,${encodeURIComponent(code)}`)
}
