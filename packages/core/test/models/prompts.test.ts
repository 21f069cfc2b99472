import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { readPrompts } from '@skein/core/executor'
import { expect, it, onTestFinished } from 'vitest'

import { fillIn, resolvePrompts } from '../../src/models/prompts.ts'

const own = join(import.meta.dirname, '../../prompts')

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-prompts-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

it('are the files of the package, unless they are replaced one by one', () => {
  const texts = resolvePrompts({ summary: 'Be brief.' })
  expect(
    Object.keys(texts)
      .map((name) => `${name}.md`)
      .toSorted(),
  ).toEqual(readdirSync(own).toSorted())
  expect(texts.summary).toBe('Be brief.')
  expect(texts.cite).toBe(readFileSync(join(own, 'cite.md'), 'utf8').trim())
})

it('are read from a folder that has some of them', () => {
  const folder = folderWith({ 'cite.md': 'Quote {{maxSentences}}.\n', 'notes.md': 'No prompt.' })
  expect(readPrompts(folder)).toEqual({ cite: 'Quote {{maxSentences}}.' })
  expect(readPrompts(pathToFileURL(`${folder}/`))).toEqual({ cite: 'Quote {{maxSentences}}.' })
  expect(() => readPrompts(folderWith({}))).toThrow('cite.md')
  expect(() => readPrompts('/nowhere')).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION', option: 'prompts' }))
})

it('get their values, whatever these contain, and keep unknown placeholders', () => {
  expect(fillIn('{{a}} of {{b}}, {{c}}', { a: 1, b: '{{a}} $&' })).toBe('1 of {{a}} $&, {{c}}')
})
