import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { extractiveModel } from '@skein/core'
import { describe, expect, it } from 'vitest'

// Texts as people have them, with questions in other words than theirs. Both are our own, made by somebody who did not know
// how answers are found.
const folder = join(import.meta.dirname, 'corpus/questions')
const documents = readdirSync(folder).flatMap((name) => /^([a-z]+-[a-z]+)\.txt$/.exec(name)?.[1] ?? [])

interface Score {
  readonly answered: number
  readonly answerable: number
  readonly first: number
  readonly refused: number
  readonly others: number
}

describe('questions in other words than the text', () => {
  it(`are answered among four sentences in four of five cases, in ${documents.length} documents`, async () => {
    const scores = await Promise.all(documents.map((name) => scoreOf(name)))
    for (const [index, score] of scores.entries()) console.info(`${documents[index]}: ${told(score)}`)
    const sum = (of: keyof Score): number => scores.reduce((total, score) => total + score[of], 0)
    const [answered, answerable] = [sum('answered'), sum('answerable')]
    console.info(
      `all: ${answered} of ${answerable}, ${sum('first')} first, ${sum('refused')} of ${sum('others')} refused`,
    )
    expect(answerable).toBeGreaterThan(300)
    expect(answered / answerable).toBeGreaterThanOrEqual(0.83)
    expect(sum('first') / answerable).toBeGreaterThanOrEqual(0.65)
    expect(sum('refused') / sum('others')).toBeGreaterThanOrEqual(0.87)
  }, 120_000)
})

function told({ answered, answerable, first, refused, others }: Score): string {
  return `${answered} of ${answerable} answered, ${first} first; ${refused} of ${others} others refused`
}

async function scoreOf(name: string): Promise<Score> {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8')
  const lines = readFileSync(join(folder, `${name}.questions.txt`), 'utf8')
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
