import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { plainText as memoryText } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'

import { numberText } from '../src/terminal/number-text.ts'
import { plainText } from '../src/terminal/plain-text.ts'
import { skein } from './run-skein.ts'
import { folderForAll } from './sample-memory.ts'

const hook = new URL('./fixtures/loaded-modules.ts', import.meta.url)
const intl = new URL('./fixtures/no-intl.ts', import.meta.url)
const folder = folderForAll()

/** The modules that a command loads on its own thread. */
async function modulesOf(...args: readonly string[]): Promise<readonly string[]> {
  const options = `${process.env['NODE_OPTIONS']} --import ${hook.href}`
  const { code, stderr } = await skein(args, folder, { NODE_OPTIONS: options })
  expect(code).toBe(0)
  return Array.from(stderr.matchAll(/^loaded (.*)$/gm), ([, url = '']) => url)
}

// Each of these modules takes longer to load than the command has to work.
describe('a command loads only what it needs', () => {
  it.each([['--help'], ['--version']])('skein %s: nothing of the memory', async (flag) => {
    const modules = await modulesOf(flag)
    expect(modules.length).toBeGreaterThan(3)
    expect(modules.filter((url) => /packages\/(?:memory|core|sqlite|redis)\//.test(url))).toEqual([])
  })

  it('skein run --help: nothing of the memory, of agents or of documents', async () => {
    const modules = await modulesOf('run', '--help')
    expect(modules.filter((url) => /packages\/(?:core|sqlite|redis)\/|xstate|piscina/.test(url))).toEqual([])
    expect(modules.filter((url) => url.endsWith('packages/memory/dist/index.js'))).toEqual([])
  })

  it('skein run of a text: its thread starts before anything else is loaded', async () => {
    writeFileSync(join(folder, 'early.txt'), 'Energy is saved in every home. The arts are a precious resource.')
    const modules = await modulesOf('run', '--store', 'memory:', 'early.txt')
    const before = modules.slice(
      0,
      modules.findIndex((url) => url.includes('/piscina/')),
    )
    const later = /packages\/(?:memory|core)\/dist\/index\.js|xstate|stemmers/
    expect(modules.some((url) => later.test(url))).toBe(true)
    expect(before.length).toBeGreaterThan(3)
    expect(before.filter((url) => later.test(url))).toEqual([])
  })

  it('skein run of a text: no HTML, no HTTP, no statistics of encodings', async () => {
    writeFileSync(join(folder, 'note.txt'), 'Energy is saved in every home. The arts are a precious resource.')
    const modules = await modulesOf('run', '--store', 'memory:', 'note.txt')
    expect(modules.some((url) => url.includes('packages/core/'))).toBe(true)
    expect(modules.filter((url) => /htmlparser2|chardet|node:https?$|packages\/(?:sqlite|redis)\//.test(url))).toEqual(
      [],
    )
  })

  it('skein run of a text in an old encoding: what tells encodings', async () => {
    writeFileSync(join(folder, 'old.txt'), Buffer.from('Die Gänse fliegen über die Stadt. Wärme spart Öl.', 'latin1'))
    const modules = await modulesOf('run', '--store', 'memory:', 'old.txt')
    expect(modules.some((url) => url.includes('chardet'))).toBe(true)
  })

  it.each([[['--help']], [['run', '--help']], [['run', '--store', 'memory:', 'plain.txt']]])(
    'skein %j: nothing of Intl, in no thread',
    async (args) => {
      writeFileSync(join(folder, 'plain.txt'), 'Energy is saved in every home. The arts are a precious resource.')
      const options = `${process.env['NODE_OPTIONS']} --import ${intl.href}`
      const { code, stderr } = await skein(args, folder, { NODE_OPTIONS: options })
      expect(code).toBe(0)
      expect(stderr).not.toContain('used ')
    },
  )

  it('skein run of a page: what reads HTML', async () => {
    writeFileSync(join(folder, 'note.html'), '<p>Energy is saved in every home. The arts are a precious resource.')
    const modules = await modulesOf('run', '--store', 'memory:', 'note.html')
    expect(modules.some((url) => url.includes('htmlparser2'))).toBe(true)
  })
})

describe('numberText', () => {
  const numbers = [0, 7, 999, 1_000, 12_345.678_9, 999_999.999_6, 0.000_4, 0.5, 1_234_567, -4_200.25, 2 ** 53]
  it.each([0, 1, 3])('writes what toLocaleString does, with at most %i decimal places', (maximumFractionDigits) => {
    const expected = numbers.map((number) => number.toLocaleString('en', { maximumFractionDigits }))
    expect(numbers.map((number) => numberText(number, maximumFractionDigits))).toEqual(expected)
  })
})

describe('plainText', () => {
  it('says of each character the same as the memory', () => {
    for (let code = 0; code <= 0xffff; code += 1) {
      const text = `a${String.fromCharCode(code)}b`
      expect(plainText(text)).toBe(memoryText(text))
    }
  })
})
