import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { findAnswers } from '../../src/extractive/find-answers.ts'
import { readSentences } from '../../src/extractive/read-sentences.ts'
import { termReader } from '../../src/extractive/terms.ts'
import type { Language } from '../../src/languages/function-words.ts'
import { en } from '../../src/languages/meanings/en.ts'
import type { Meanings } from '../../src/languages/meanings/en.ts'
import { loadSynonyms, noSynonyms } from '../../src/languages/synonyms.ts'

const lists = join(import.meta.dirname, '../../src/languages/meanings')
const languages = readdirSync(lists).map((file) => file.slice(0, 2) as Language)

/** The words of a language that may mean the same as one. */
async function synonymsOf(language: Language, word: string, others: readonly Language[] = []): Promise<string[]> {
  const synonyms = await loadSynonyms([language, ...others], termReader)
  return [...synonyms.of(new Map([[language, termReader(language)(word)]]))]
}

/** The sentences of a text that answer a question. */
async function answers(question: string, text: string): Promise<string[]> {
  const source = { text, ...readSentences(text) }
  const found = await findAnswers(question, [source], 4)
  return found.map(({ sentence }) => text.slice(source.sentences[sentence]?.start, source.sentences[sentence]?.end))
}

it.each(languages)('every word of the list counts, and each stands there once: %s', async (language) => {
  const list = (await import(join(lists, `${language}.ts`))) as Readonly<Record<string, Meanings>>
  const read = termReader(language)
  for (const [meaning, words] of Object.entries(list[language] ?? {})) {
    expect(Object.keys(en), 'a meaning that English has').toContain(meaning)
    const each = words.split(' ')
    expect(
      each.filter((word) => read(word).length === 0),
      `function words of ${meaning}`,
    ).toEqual([])
    expect(new Set(each).size, `words of ${meaning}`).toBe(each.length)
  }
})

it.each([
  ['en', 'began', 'commenced'],
  ['de', 'Arzt', 'Chirurgen'],
  ['fr', 'appartements', 'logement'],
  ['es', 'boda', 'matrimonio'],
  ['ru', 'больницы', 'клиника'],
  ['ar', 'طبيب', 'دكتور'],
  ['hi', 'मकान', 'घर'],
  ['ja', '医師', '医者'],
] as const)('knows words of %s that may mean the same, in any form: %s and %s', async (language, word, other) => {
  const [term = ''] = termReader(language)(other)
  expect(await synonymsOf(language, word)).toContain(term)
  expect(await synonymsOf(language, other)).toContain(termReader(language)(word)[0])
})

it('knows none of a word without a list of its language, or that no list has', async () => {
  expect(await synonymsOf('en', 'gneiss')).toEqual([])
  expect(await synonymsOf('el', 'γιατρός')).toEqual([])
  expect([...noSynonyms.of(new Map([['en', ['doctor']]]))]).toEqual([])
})

it('knows the words of another language', async () => {
  expect(await synonymsOf('en', 'doctor', ['de'])).toContain(termReader('de')('Arzt')[0])
})

const village =
  'The village lies on the river. In 1931 a blaze ruined the mill. The doctor relocated to Leeds. A ferry goes twice a day.'

it('finds a sentence that says the same in other words', async () => {
  expect(await answers('Which fire destroyed the mill?', village)).toContain('In 1931 a blaze ruined the mill.')
  expect((await answers('Where did the physician move?', village))[0]).toBe('The doctor relocated to Leeds.')
})

it('finds what another language says', async () => {
  const text = 'Das Dorf liegt am Fluss. Der Arzt ist nach Bremen umgezogen. Die Fähre fährt zweimal am Tag.'
  expect((await answers('Where did the doctor move?', text))[0]).toBe('Der Arzt ist nach Bremen umgezogen.')
})

it('prefers the words of the question to others', async () => {
  const text = 'A vessel sank at the pier. The ship sank at the bridge.'
  expect((await answers('Where did the ship sink?', text))[0]).toBe('The ship sank at the bridge.')
})

it('does not take words that may mean the same for an answer by themselves', async () => {
  expect(await answers('Which hospital hired a nurse?', village)).toEqual([])
  expect(await answers('How much did the boat to Iceland cost?', village)).toEqual([])
})
