import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { extractiveModel } from '@skein/core'
import { expect, it } from 'vitest'

// Texts as people have them, with questions in other words than theirs. Both are our own, made by somebody who did not know
// how answers are found. The paraphrases share a word or two with the answer, often none: they say how far words alone lead.
const corpus = join(import.meta.dirname, 'corpus')

/** The documents of a folder. */
function documentsIn(folder: string): string[] {
  return readdirSync(join(corpus, folder)).flatMap((name) => {
    const document = /^([a-z]+-[a-z]+)\.txt$/.exec(name)?.[1]
    return document === undefined ? [] : [join(folder, document)]
  })
}

interface Score {
  readonly answered: number
  readonly answerable: number
  readonly first: number
  readonly refused: number
  readonly others: number
}

it.each([
  { folder: 'questions', least: { asked: 300, answered: 0.87, first: 0.68, refused: 0.87 } },
  { folder: 'paraphrases', least: { asked: 200, answered: 0.42, first: 0.24, refused: 0.56 } },
])(
  'questions in other words than the text are answered among four sentences, or refused: $folder',
  async ({ folder, least }) => {
    const documents = documentsIn(folder)
    const scores = await Promise.all(documents.map((name) => scoreOf(name)))
    for (const [index, score] of scores.entries()) console.info(`${documents[index]}: ${told(score)}`)
    const sum = (of: keyof Score): number => scores.reduce((total, score) => total + score[of], 0)
    const [answered, answerable] = [sum('answered'), sum('answerable')]
    console.info(
      `all: ${answered} of ${answerable}, ${sum('first')} first, ${sum('refused')} of ${sum('others')} refused`,
    )
    expect(answerable).toBeGreaterThan(least.asked)
    expect(answered / answerable).toBeGreaterThanOrEqual(least.answered)
    expect(sum('first') / answerable).toBeGreaterThanOrEqual(least.first)
    expect(sum('refused') / sum('others')).toBeGreaterThanOrEqual(least.refused)
  },
  120_000,
)

function told({ answered, answerable, first, refused, others }: Score): string {
  return `${answered} of ${answerable} answered, ${first} first; ${refused} of ${others} others refused`
}

async function scoreOf(name: string): Promise<Score> {
  const text = readFileSync(join(corpus, `${name}.txt`), 'utf8')
  const lines = readFileSync(join(corpus, `${name}.questions.txt`), 'utf8')
    .trim()
    .split('\n')
  let [answered, answerable, first, refused, others] = [0, 0, 0, 0, 0]
  for (const line of lines) {
    const [question = '', answer = ''] = line.split(' =>').map((part) => part.trim())
    const sentences = await answersTo(text, question)
    if (answer === '') {
      others += 1
      refused += sentences.length === 0 ? 1 : 0
      continue
    }
    const keys = answer.split('||').map((key) => onOneLine(key))
    const found = sentences.findIndex((sentence) => keys.some((key) => onOneLine(sentence).includes(key)))
    answerable += 1
    answered += found === -1 ? 0 : 1
    first += found === 0 ? 1 : 0
  }
  return { answered, answerable, first, refused, others }
}

async function answersTo(text: string, question: string): Promise<string[]> {
  const messages = [{ role: 'user', text: question }] as const
  const passages = [{ id: 'text', text, author: 'the file' }]
  const { sentences } = await extractiveModel().cite({ messages, passages, maxSentences: 4 }, {})
  return sentences.map((sentence) => sentence.text)
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
