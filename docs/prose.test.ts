import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const mostWords = 30
const pages = globSync(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'packages/*/README.md', 'docs/guide/*.md'], {
  cwd: root,
})

/** Sentences that stay long, by how they begin: each lists what would not be clearer in parts. */
const exceptions = [
  'Every command, Code and its errors included',
  'Tried against this, as text, author and id',
  'Models and converters change other things',
]

/** The sentences of a page: of paragraphs, items and cells, without code blocks. */
function sentencesOf(page: string): readonly string[] {
  const prose = page
    .replaceAll(/^```[^]*?^```$/gm, '')
    .replaceAll(/`[^`]*`/g, 'Code')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, 'L$1')
  const blocks = prose
    .split(/\n\s*\n|^\s*(?:[-*]|\d+\.) |^#+ |\||\n(?=#)/gm)
    .map((block) => block.replaceAll(/\s+/g, ' ').trim())
  return blocks.flatMap((block) => block.split(/(?<=[.!?:][*_")]?) (?=[^a-z])/))
}

function wordsOf(sentence: string): number {
  return sentence.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

it.each(pages)('%s has no sentence above 30 words', (file) => {
  const sentences = sentencesOf(readFileSync(join(root, file), 'utf8'))
  const long = sentences.filter(
    (sentence) => wordsOf(sentence) > mostWords && !exceptions.some((start) => sentence.startsWith(start)),
  )
  expect(long).toEqual([])
})

/**
 * A sentence whose subject is a relative clause, such as "What waits is …" or "Whoever asks gets …". Sentences of a page
 * begin with a subject that acts; cells, headings and parts after a colon are free.
 */
const relativeSubject = /^(?:What|Whatever|Who|Whoever) .*[^?]$/

it.each(pages)('%s begins no sentence with a relative clause as its subject', (file) => {
  const text = readFileSync(join(root, file), 'utf8').replaceAll(/^(?:#+ |\|).*$/gm, '')
  const found = sentencesOf(text).filter((sentence) => relativeSubject.test(sentence) && sentence.endsWith('.'))
  expect(found).toEqual([])
})

it('names no exception that is none any more', () => {
  const long = pages
    .flatMap((file) => sentencesOf(readFileSync(join(root, file), 'utf8')))
    .filter((sentence) => wordsOf(sentence) > mostWords)
  expect(exceptions.filter((start) => !long.some((sentence) => sentence.startsWith(start)))).toEqual([])
})
