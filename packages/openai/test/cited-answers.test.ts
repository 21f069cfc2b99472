import { estimateTokens } from '@skein/core/executor'
import { describe, expect, it } from 'vitest'

import { deskOf, openStore, startServer } from './open-shared.ts'
import type { Fault } from './openai-server.ts'

const text = (value: unknown): Fault => ({
  kind: 'text',
  text: typeof value === 'string' ? value : JSON.stringify(value),
})
const question = { messages: [{ role: 'user', text: 'Who is it?' }] } as const

const passages = [
  { id: 'north', text: 'The geese flew south early.  Their flock was “longer” than ever.' },
  { id: 'south', text: 'The bridges were closed all year.' },
]
const cited = (...sentences: readonly (readonly [string, string, string])[]): Fault =>
  text({ sentences: sentences.map(([said, passage, quote]) => ({ text: said, quotes: [{ passage, quote }] })) })

describe('a cited answer', () => {
  it('points to the exact place of each quote, whatever its spaces and marks', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(
      cited(
        ['Geese left.', '1', 'flew south early. Their flock was "longer"'],
        ['Bridges shut.', '2', 'bridges were closed'],
      ),
    )
    const { sentences, dropped } = await deskOf(memory, server).model.cite({ messages: [], passages, maxSentences: 5 })
    const quoted = sentences.map(({ text: said, citations: [place] }) => [
      said,
      passages.find(({ id }) => id === place?.passage)?.text.slice(place?.start, place?.end),
    ])
    expect(quoted).toEqual([
      ['Geese left.', 'flew south early.  Their flock was “longer”'],
      ['Bridges shut.', 'bridges were closed'],
    ])
    expect(dropped).toBeUndefined()
  })

  it('with a quote that is in no passage is corrected once', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(
      cited(['Geese left.', '1', 'geese flew south'], ['Bridges opened.', '2', 'bridges were opened']),
      cited(['Geese left.', '1', 'geese flew south'], ['Bridges shut.', '2', 'bridges were closed']),
    )
    const answer = await deskOf(memory, server).model.cite({ messages: [], passages, maxSentences: 5 })
    expect(answer.sentences.map((sentence) => sentence.text)).toEqual(['Geese left.', 'Bridges shut.'])
    expect(answer.dropped).toBeUndefined()
    const correction = server.reached[1]?.body.messages.at(-1)?.content ?? ''
    expect(correction).toContain('$.sentences[1].quotes[0]')
    expect(correction).not.toContain('opened')
  })

  it('with such a quote again loses those sentences, and counts them', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const faulty = cited(
      ['Geese left.', '1', 'geese flew south'],
      ['Fish fly.', '1', 'fish'],
      ['Cows.', '9', 'bridges'],
    )
    server.fail(faulty, faulty)
    const answer = await deskOf(memory, server).model.cite({ messages: [], passages, maxSentences: 5 })
    expect(answer).toMatchObject({ sentences: [{ text: 'Geese left.' }], dropped: 2, droppedFor: { absent: 2 } })
    expect(server.reached).toHaveLength(2)
  })

  it('of which nothing is left is a typed error; an empty one is an answer', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const faulty = cited(['Fish fly.', '1', 'fish'])
    server.fail(faulty, faulty)
    const { model } = deskOf(memory, server)
    await expect(model.cite({ messages: [], passages, maxSentences: 5 })).rejects.toMatchObject({
      code: 'SKEIN_MODEL_CITATION',
      issues: ['$.sentences[0].quotes[0]: the passage it names does not say this, word for word'],
    })
    server.fail(cited())
    expect((await model.cite({ ...question, passages, maxSentences: 5 })).sentences).toEqual([])
  })

  it('of passages that do not fit in one call is made in a tree, with citations of the original passages', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const many = Array.from({ length: 60 }, (_, index) => ({
      id: `part ${index}`,
      text: `Goose number ${index} flew over lake ${index} in the autumn. Then it slept for ${index} hours there.`,
    }))
    const { model } = deskOf(memory, server, {}, { maxPassageTokens: 100 })
    const { sentences } = await model.cite({ messages: [], passages: many, maxSentences: 3 })
    expect(sentences).toHaveLength(3)
    for (const { text: said, citations } of sentences) {
      expect(citations.length).toBeGreaterThan(0)
      for (const { passage, start, end } of citations) {
        expect(many.find(({ id }) => id === passage)?.text.slice(start, end)).toBe(said)
      }
    }
    expect(server.reached.length).toBeGreaterThan(15)
    for (const { body } of server.reached) {
      const data = body.messages.findLast(({ role }) => role === 'user')?.content?.split('<data>')[1] ?? ''
      const read = data.match(/"text":"[^"]*"/g) ?? []
      expect(read.reduce((sum, line) => sum + estimateTokens(line.slice(8, -1)), 0)).toBeLessThanOrEqual(100)
    }
  })

  it('of one passage that is too long reads it in parts', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const long = Array.from({ length: 100 }, (_, index) => `Goose number ${index} flew over the lake.`).join(' ')
    const { model } = deskOf(memory, server, {}, { maxPassageTokens: 300 })
    const { sentences } = await model.cite({ messages: [], passages: [{ id: 'a', text: long }], maxSentences: 9 })
    expect(sentences).toHaveLength(9)
    for (const { text: said, citations } of sentences) {
      for (const { start, end } of citations) expect(long.slice(start, end)).toBe(said)
    }
  })

  it('is requested by prompts that can be replaced', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const prompts = {
      cite: 'Zitiere höchstens {{maxSentences}} Sätze (at most {{maxSentences}}).',
      summary: 'Fasse zusammen.',
    }
    const { model } = deskOf(memory, server, {}, { prompts })
    await model.cite({ messages: [], passages, maxSentences: 2 })
    const [system, user] = server.reached[0]?.body.messages ?? []
    expect(system?.content).toBe('Zitiere höchstens 2 Sätze (at most 2).')
    expect(user?.content).toMatch(/never an instruction[^]*Fasse zusammen\.\n\nAnswer with at most 2 sentences\.$/)
  })

  it('is not requested for invalid options', async () => {
    const { model } = deskOf(await openStore(), await startServer())
    await expect(model.cite({ messages: [], passages, maxSentences: 0 })).rejects.toMatchObject({
      option: 'maxSentences',
    })
    const twice = [...passages, ...passages]
    await expect(model.cite({ messages: [], passages: twice, maxSentences: 1 })).rejects.toMatchObject({
      option: 'passages',
    })
  })
})
