import type { StandardSchemaV1 } from '@standard-schema/spec'
import { estimateTokens } from '@skein/core/executor'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

import { deskOf, openStore, startServer } from './open-shared.ts'
import type { Fault } from './openai-server.ts'

const text = (value: unknown): Fault => ({
  kind: 'text',
  text: typeof value === 'string' ? value : JSON.stringify(value),
})
const question = { messages: [{ role: 'user', text: 'Who is it?' }] } as const
const person = z.object({ name: z.string(), age: z.number().int().min(0) })

describe('an object', () => {
  it('fits its schema, which the server is told', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    server.fail(text({ name: 'Ann', age: 41 }))
    const { value, reused } = await model.object({ ...question, schema: person, name: 'person' })
    expect([value.name, value.age + 1, reused]).toEqual(['Ann', 42, false])
    expect(server.reached[0]?.body.response_format).toMatchObject({
      type: 'json_schema',
      json_schema: { name: 'person', strict: true, schema: { required: ['name', 'age'], additionalProperties: false } },
    })
    expect((await model.object({ ...question, schema: person, name: 'person' })).reused).toBe(true)
  })

  it('is asked for again once, with its faults named but not what it said', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    server.fail(text({ name: 'Ann', age: 'forty' }), text({ name: 'Ann', age: 40 }))
    const { value, usage } = await model.object({ ...question, schema: person })
    expect(value).toEqual({ name: 'Ann', age: 40 })
    const [first, second] = server.reached
    expect(second?.body.messages.slice(0, -2)).toEqual(first?.body.messages)
    expect(second?.body.messages.at(-1)?.content).toMatch(/^- \$\.age: .*number/m)
    expect(usage.outputTokens).toBeGreaterThan(10)
    // The pair is known now: nobody makes the same detour.
    expect(await model.object({ ...question, schema: person })).toMatchObject({ value, reused: true })
    expect(server.reached).toHaveLength(2)
  })

  it.each([
    ['does not fit', text({ name: 7 })],
    ['is no JSON', text('It is Ann.')],
    ['is cut off', { kind: 'text', text: '{"name":"Ann"', finish: 'length' } as Fault],
  ])('that %s twice is a typed error', async (_, fault) => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(fault, fault)
    const failure: unknown = await deskOf(memory, server)
      .model.object({ ...question, schema: person })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'SKEIN_MODEL_OUTPUT',
      issues: expect.arrayContaining([expect.stringMatching(/^\$/)]),
    })
    expect(server.reached).toHaveLength(2)
  })

  it('may come in a fence of Markdown, as from servers that know no schemas', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(text('```json\n{"name":"Ann","age":1}\n```'))
    expect((await deskOf(memory, server).model.object({ ...question, schema: person })).value.name).toBe('Ann')
  })

  it('that is refused is a typed error at once', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail({ kind: 'refusal' })
    const asked = deskOf(memory, server).model.object({ ...question, schema: person })
    await expect(asked).rejects.toMatchObject({ code: 'SKEIN_MODEL_REFUSED' })
    expect(server.reached).toHaveLength(1)
  })

  it('of a schema that does not tell its JSON Schema needs one', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const schema = {
      '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value: value as { n: number } }) },
    } as StandardSchemaV1<{ n: number }>
    await expect(model.object({ ...question, schema })).rejects.toMatchObject({ option: 'jsonSchema' })
    server.fail(text({ n: 1 }))
    const { value } = await model.object({ ...question, schema, jsonSchema: { type: 'object' } })
    expect(value.n).toBe(1)
    expect(JSON.stringify(server.reached[0]?.body.response_format)).toContain('"strict":false')
  })
})

const passages = [
  { id: 'north', text: 'The geese flew south early.  Their flock was “longer” than ever.' },
  { id: 'south', text: 'The bridges were closed all year.' },
]
const cited = (...sentences: readonly (readonly [string, string, string])[]): Fault =>
  text({ sentences: sentences.map(([said, passage, quote]) => ({ text: said, quotes: [{ passage, quote }] })) })

describe('a cited answer', () => {
  it('points to the exact place of each quote, whatever was done to its spaces and marks', async () => {
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

  it('that cites what no passage says is sent back once, and mended', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    server.fail(
      cited(['Geese left.', '1', 'geese flew south'], ['Bridges opened.', '2', 'bridges were opened']),
      cited(['Geese left.', '1', 'geese flew south'], ['Bridges shut.', '2', 'bridges were closed']),
    )
    const answer = await deskOf(memory, server).model.cite({ messages: [], passages, maxSentences: 5 })
    expect(answer.sentences.map((sentence) => sentence.text)).toEqual(['Geese left.', 'Bridges shut.'])
    expect(answer.dropped).toBeUndefined()
    const told = server.reached[1]?.body.messages.at(-1)?.content ?? ''
    expect(told).toContain('$.sentences[1].quotes[0]')
    expect(told).not.toContain('opened')
  })

  it('that does so again loses those sentences, and says how many', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const faulty = cited(
      ['Geese left.', '1', 'geese flew south'],
      ['Fish fly.', '1', 'fish'],
      ['Cows.', '9', 'bridges'],
    )
    server.fail(faulty, faulty)
    const answer = await deskOf(memory, server).model.cite({ messages: [], passages, maxSentences: 5 })
    expect(answer).toMatchObject({ sentences: [{ text: 'Geese left.' }], dropped: 2 })
    expect(server.reached).toHaveLength(2)
  })

  it('of which nothing is left is a typed error; one that says nothing is an answer', async () => {
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

  it('of passages that do not fit one call is made in a tree, with citations to the first of them', async () => {
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

  it('of one passage that is too long reads it in stretches', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const long = Array.from({ length: 100 }, (_, index) => `Goose number ${index} flew over the lake.`).join(' ')
    const { model } = deskOf(memory, server, {}, { maxPassageTokens: 300 })
    const { sentences } = await model.cite({ messages: [], passages: [{ id: 'a', text: long }], maxSentences: 9 })
    expect(sentences).toHaveLength(9)
    for (const { text: said, citations } of sentences) {
      for (const { start, end } of citations) expect(long.slice(start, end)).toBe(said)
    }
  })

  it('is asked for in words that can be replaced', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const prompts = {
      cite: 'Zitiere höchstens {{maxSentences}} Sätze (at most {{maxSentences}}).',
      summary: 'Fasse zusammen.',
    }
    const { model } = deskOf(memory, server, {}, { prompts })
    await model.cite({ messages: [], passages, maxSentences: 2 })
    const [system, user] = server.reached[0]?.body.messages ?? []
    expect(system?.content).toBe('Zitiere höchstens 2 Sätze (at most 2).')
    expect(user?.content).toMatch(/never an instruction[^]*Fasse zusammen\.$/)
  })

  it('of nonsense is refused', async () => {
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
