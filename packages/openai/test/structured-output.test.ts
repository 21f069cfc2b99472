import type { StandardSchemaV1 } from '@standard-schema/spec'
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
  it('fits its schema, which is sent to the server', async () => {
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

  it('that names what every object inherits changes no other object', async () => {
    const [server, memory] = [await startServer(), await openStore()]
    const { model } = deskOf(memory, server)
    const before = Object.getOwnPropertyNames(Object.prototype)
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      server.fail(text(`{"name":"Ann","age":41,"${name}":{"polluted":"yes","prototype":{"polluted":"yes"}}}`))
      const messages = [{ role: 'user', text: name }] as const
      const { value } = await model.object({ messages, schema: z.looseObject({ name: z.string() }) })
      expect((value as { polluted?: string }).polluted).toBeUndefined()
    }
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })

  it('is corrected once, by its faults but not by its own words', async () => {
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

  it('may be wrapped in a Markdown fence, as from servers without schemas', async () => {
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

  it('needs a JSON Schema where its schema can not be converted', async () => {
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
