import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { splitSentences } from '@skein/core/executor'
import { mapStore } from '@skein/memory'
import { beforeAll, describe, expect, it } from 'vitest'

import { readDocument } from '../src/documents/read-document.ts'
import { renderSummary, runReport, splitSections } from '../src/index.ts'
import type { Report } from '../src/index.ts'
import { bare, knownQuestions, knownText, languages, wrapped } from './reading-corpus.ts'

// The texts and questions are our own, made for this test.
const formats = join(import.meta.dirname, 'corpus/formats')

interface Expected {
  readonly sections: readonly string[]
  readonly sentences: readonly string[]
  readonly rows?: readonly string[]
  readonly answers: Readonly<Record<string, string>>
}

const expected = JSON.parse(readFileSync(join(formats, 'expected.json'), 'utf8')) as Record<string, Expected>

const pages = [
  ['one line for each paragraph', Number.POSITIVE_INFINITY, ''],
  ['30 columns', 30, ''],
  ['40 columns, indented', 40, '  '],
  ['60 columns', 60, ''],
  ['72 columns, indented', 72, '    '],
  ['80 columns', 80, ''],
] as const

/** Where a line of Thai ends, a space may have stood or none: only a dictionary could tell. */
const pagesOf = (language: string): readonly (typeof pages)[number][] => (language === 'th' ? pages.slice(0, 1) : pages)

/** A known text as a page shows it. */
function pageOf(language: string, width: number, indent: string): string {
  const { paragraphs } = knownText(language)
  return paragraphs
    .map((lines) => (lines[0]?.startsWith('# ') ? lines[0] : wrapped(lines, language, width, indent)))
    .join('\n\n')
}

describe('sentences', () => {
  it.each(languages)('of wrapped text are whole in at least 95 of 100 cases: %s', (language) => {
    const { sentences } = knownText(language)
    let right = 0
    let wrong = 0
    for (const [, width, indent] of pagesOf(language)) {
      const text = pageOf(language, width, indent)
      const parts = splitSentences(text).filter(({ kind }) => kind === 'sentence')
      const found = new Set(parts.map(({ start, end }) => bare(text.slice(start, end))))
      const known = sentences.filter((sentence) => found.has(bare(sentence))).length
      right += known
      wrong += found.size - known
    }
    const all = sentences.length * pagesOf(language).length
    console.info(`${language}: ${right} of ${all} sentences right, ${wrong} wrong`)
    expect(right / all).toBeGreaterThanOrEqual(0.95)
    expect(wrong / all).toBeLessThanOrEqual(0.06)
  })
})

describe('documents', () => {
  it.each(Object.entries(expected))('have their sections, sentences, rows and answers: %s', async (name, wanted) => {
    const { text } = await readDocument(join(formats, name), name)
    const parts = splitSentences(text)
    const of = (kind: string): string[] =>
      parts.filter((part) => part.kind === kind).map(({ start, end }) => onOneLine(text.slice(start, end)))
    expect(splitSections(text).map(({ title }) => title)).toEqual(wanted.sections)
    expect(of('sentence')).toEqual(wanted.sentences)
    if (wanted.rows) expect(of('row')).toEqual(wanted.rows)
  })

  it('answer questions from any format, each answer with its exact place', async () => {
    const asked = Object.entries(expected).flatMap(([name, { answers }]) =>
      Object.entries(answers).map(([question, answer]) => ({ name, question, answer })),
    )
    const report = await run({
      files: Object.keys(expected).map((name) => join(formats, name)),
      questions: asked.map(({ question }) => question),
    })
    const found = asked.filter(({ question, answer }) =>
      answersTo(report, question).some(({ text }) => onOneLine(text).includes(answer)),
    )
    console.info(`${found.length} of ${asked.length} questions answered from ${Object.keys(expected).length} documents`)
    expect(found.length).toBeGreaterThanOrEqual(asked.length * 0.97)
    for (const { text, citations } of report.summary) {
      for (const { source, start, end } of citations) {
        const place = readFileSync(source, 'utf8').slice(start, end)
        expect(bare(withoutMarkup(place))).toContain(bare(withoutMarkup(text)).slice(0, 12))
        expect(place.trim()).toBe(place)
      }
    }
  }, 60_000)
})

describe('answers', () => {
  const asked = ['en', 'de', 'fr', 'es', 'ru', 'zh', 'ja', 'ko', 'ar', 'hi', 'th']
  let report: Report

  // One run over texts in ten languages: each question must find its own.
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skein-reading-'))
    for (const language of asked) {
      const width = language === 'th' ? Number.POSITIVE_INFINITY : 60
      writeFileSync(join(folder, `${language}.md`), pageOf(language, width, ''))
    }
    try {
      const questions = asked.flatMap((language) => knownQuestions(language).map(({ question }) => question))
      report = await run({ files: [folder], questions })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }, 120_000)

  it.each(asked)('are among four sentences for at least 20 of 23 questions, and none is made up: %s', (language) => {
    const questions = knownQuestions(language)
    const answerable = questions.filter(({ answer }) => answer !== '')
    const answered = answerable.filter(({ question, answer }) =>
      answersTo(report, question).some(({ text }) => bare(text).includes(bare(answer))),
    )
    const others = questions.filter(({ answer }) => answer === '').map(({ question }) => question)
    const silent = others.filter((question) => report.unanswered.includes(question))
    console.info(
      `${language}: ${answered.length} of ${answerable.length} answered, ${silent.length} of ${others.length} others refused`,
    )
    expect(answered.length / answerable.length).toBeGreaterThanOrEqual(20 / 23)
    expect(silent).toEqual(others)
  })

  it('that nobody has are replaced by a summary that is marked as one', () => {
    for (const { question, fallback } of report.summary) {
      expect(fallback === true).toBe(report.unanswered.includes(question ?? ''))
    }
    const shown = renderSummary(report.summary, process.stdout)
    expect(shown).toContain('Who won the football world cup in Brazil?')
    expect(shown).toContain('Nothing was found that answers this. A summary instead:')
  })
})

function run(options: { readonly files: readonly string[]; readonly questions: readonly string[] }): Promise<Report> {
  return runReport({ ...options, store: mapStore(), threads: 2 })
}

function answersTo({ summary }: Report, question: string): Report['summary'] {
  return summary.filter((sentence) => sentence.question === question && !sentence.fallback)
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

/** A text without tags, entities, times of captions and the marks that stand for tags. */
function withoutMarkup(text: string): string {
  return text.replaceAll(/<[^<>]*>|&#?\w+;|^\d+$|^[\d:,.]+ -->.*$/gm, '').replaceAll(/^[-|]\s|[|&€\u00A0]/gm, '')
}
