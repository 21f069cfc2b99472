import { readFileSync } from 'node:fs'

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { extractiveModel } from '../../src/extractive/extractive-model.ts'
import type { CitedAnswer, CiteRequest, Passage } from '../../src/models/cite.ts'

const report = readFileSync(new URL('../../../../examples/data/1981_jimmy_carter_d.txt', import.meta.url), 'utf8')

const model = extractiveModel()

function ask(question: string, passages: readonly Passage[], maxSentences = 5): Promise<CitedAnswer> {
  return model.cite({ messages: [{ role: 'user', text: question }], passages, maxSentences })
}

const words = fc
  .array(
    fc.constantFrom(
      'Energy',
      'is',
      'saved.',
      'HEALTH',
      'The',
      'farms',
      'grow',
      'U.S.',
      '\n',
      '😀',
      '; -',
      '?',
      '日本。',
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => parts.join(' '))
const texts = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 80 })), { maxLength: 5 })

const requests: fc.Arbitrary<CiteRequest> = fc.record({
  messages: fc.array(
    fc.record({
      role: fc.constantFrom('system', 'user', 'assistant'),
      text: fc.oneof(words, fc.string({ unit: 'binary' })),
    }),
    { maxLength: 3 },
  ),
  passages: texts.map((list) => list.map((text, index) => ({ id: `p${index}`, text }))),
  maxSentences: fc.integer({ min: 1, max: 6 }),
})

describe('extractiveModel', () => {
  it('can be made again elsewhere from its descriptor', async () => {
    expect(model.id).toBe('skein/extractive@6')
    const { module, name, options } = structuredClone(model.descriptor)
    const loaded = (await import(module)) as Record<string, (options: unknown) => typeof model>
    expect(loaded[name]?.(options).id).toBe(model.id)
  })

  it('quotes exactly, in order of merit, not more than asked, and the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const response = await model.cite(request)
        expect(response.sentences.length).toBeLessThanOrEqual(request.maxSentences)
        for (const { text, citations } of response.sentences) {
          const quotes = citations.map(({ passage, start, end }) =>
            request.passages.find(({ id }) => id === passage)?.text.slice(start, end),
          )
          expect(quotes[0]).toBe(text)
          for (const quote of quotes) expect(quote?.replaceAll(/\s+/g, ' ')).toBe(text.replaceAll(/\s+/g, ' '))
        }
        expect(await model.cite(request)).toEqual(response)
      }),
    )
  })

  it('answers the last message of the user', async () => {
    const passages = [
      { id: 'a', text: 'Energy imports fell sharply in all of the past four years.' },
      { id: 'b', text: 'Farm incomes rose because grain prices went up again this year.' },
    ]
    const { sentences } = await model.cite({
      messages: [
        { role: 'user', text: 'energy' },
        { role: 'user', text: 'farm incomes' },
        { role: 'assistant', text: 'energy' },
      ],
      passages,
      maxSentences: 1,
    })
    expect(sentences).toEqual([{ text: passages[1]?.text, citations: [{ passage: 'b', start: 0, end: 63 }] }])
  })

  it('cites every place where a sentence stands, and counts it once however it is spaced', async () => {
    const { sentences } = await ask('', [
      { id: 'a', text: 'Energy imports fell sharply in all of the past four years.' },
      { id: 'b', text: 'Again: no.\n\nEnergy imports fell sharply in all of the past four years.' },
      { id: 'c', text: 'Energy imports fell sharply\nin all of the past four years.' },
    ])
    expect(sentences.filter(({ text }) => text.includes('imports'))).toHaveLength(1)
    expect(sentences[0]?.citations).toEqual([
      { passage: 'a', start: 0, end: 58 },
      { passage: 'b', start: 12, end: 70 },
    ])
  })

  it.each([[[]], [[{ id: 'a', text: ' \n\t ' }]]])('answers nothing from nothing', async (passages) => {
    expect((await ask('energy', passages)).sentences).toEqual([])
  })

  it('counts tokens of what it read and wrote', async () => {
    const { usage } = await ask('energy', [{ id: 'a', text: report }], 1)
    expect(usage.inputTokens).toBeGreaterThan(30_000)
    expect(usage.outputTokens).toBeGreaterThan(5)
    expect(usage.outputTokens).toBeLessThan(150)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses maxSentences of %s', async (maxSentences) => {
    await expect(ask('', [], maxSentences)).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'maxSentences' })
  })

  it('refuses two passages with one id', async () => {
    const passage = { id: 'a', text: '' }
    await expect(ask('', [passage, passage])).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'passages' })
  })

  it('does not begin once aborted', async () => {
    const reason = new Error('enough')
    const request = { messages: [], passages: [], maxSentences: 1 }
    await expect(model.cite(request, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it.each([
    ['What was done about energy?', /energy/i],
    ['How is inflation being fought?', /inflation/i],
    ['What about the hostages in Iran?', /hostage/i],
    ['human rights', /human rights/i],
    ['What does the report say about agriculture?', /agricultur/i],
    ['defense spending', /defense/i],
    ['What should be done for health care?', /health/i],
    ["women's rights", /wom[ae]n|rights/i],
  ])('finds whole sentences in a real report: %s', async (question, about) => {
    const { sentences } = await ask(question, [{ id: 'report', text: report }])
    expect(sentences).toHaveLength(5)
    for (const { text } of sentences) {
      expect(text).toMatch(about)
      expect(text).toMatch(/[.;]$/)
    }
  })

  it('reads an endless word', async () => {
    const { sentences } = await ask('', [{ id: 'a', text: 'a'.repeat(5_000_000) }], 1)
    expect(sentences).toHaveLength(1)
  })
})
