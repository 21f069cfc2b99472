import { context, trace } from '@opentelemetry/api'
import { agent, behavior, createFlock, extractiveModel, shareModel } from '@skein/core'
import type { Flock, Question } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { Span } from '@skein/memory/runtime'
import { openTelemetry } from '@skein/memory/telemetry'
import type { OpenTelemetryOptions } from '@skein/memory/telemetry'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'

import { endedSpans, forgetSpans, metricValues, spansNamed, tree } from './telemetry-sdk.ts'

beforeEach(forgetSpans)

type Activities = typeof import('./fixtures/traced-activities.ts')
const activities = new URL('./fixtures/traced-activities.ts', import.meta.url)

const modelName = extractiveModel().id.replace('skein/', '')
let shared: { readonly memory: Memory; readonly flock: Flock }

beforeAll(async () => {
  const memory = await openMemory({ store: mapStore(), telemetry: openTelemetry() })
  shared = { memory, flock: await createFlock({ memory, threads: 1 }) }
})

afterAll(async () => {
  await shared.flock.close()
  await shared.memory.close()
})

async function open(options: OpenTelemetryOptions): Promise<{ memory: Memory; flock: Flock }> {
  const memory = await openMemory({ store: mapStore(), telemetry: openTelemetry(options) })
  const flock = await createFlock({ memory, threads: 1 })
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { memory, flock }
}

describe('telemetry', () => {
  it('traces a question through the agent, its activity, the model and the memory', async () => {
    const { flock } = shared
    const { research } = flock.activities<Activities>(activities)
    const reader = flock.spawn(agent({ role: 'reader', on: { research } }))
    await reader.ask({ type: 'research', input: 'What about energy?' })
    await spansNamed('invoke_agent reader')
    expect(tree()).toEqual([
      'invoke_agent reader',
      '  execute_tool research',
      '    search_memory',
      `    chat ${modelName}`,
      '    upsert_memory',
    ])
    expect(new Set(endedSpans().map((span) => span.spanContext().traceId)).size).toBe(1)
  })

  it('begins within the span of the caller, and tells activities what to send along', async () => {
    const { flock } = shared
    const { research } = flock.activities<Activities>(activities)
    const tracer = trace.getTracer('app')
    const sent = await tracer.startActiveSpan('POST /ask', async (span) => {
      const made = await research('What about energy?')
      span.end()
      return made
    })
    expect(tree()[0]).toBe('POST /ask')
    const [run] = await spansNamed('execute_tool research')
    const { traceId, spanId } = run!.spanContext()
    expect(sent).toBe(`00-${traceId}-${spanId}-01`)
    expect(context.active()).toBeDefined()
  })

  it('names the agent, the model and what a call used', async () => {
    const { flock, memory } = shared
    const { research } = flock.activities<Activities>(activities)
    const as = { id: 'ann', role: 'reader' }
    await research('What about the home?', { as })
    await research('What about the home?', { as })
    const [first, second] = await spansNamed(`chat ${modelName}`, 2)
    expect(first!.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'skein',
      'gen_ai.request.model': modelName,
      'gen_ai.agent.id': 'ann',
      'gen_ai.agent.name': 'reader',
      'gen_ai.usage.input_tokens': expect.any(Number) as number,
      'skein.reused': false,
    })
    expect(second!.attributes).toMatchObject({ 'skein.reused': true })
    expect(second!.attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
    const [write] = await spansNamed('upsert_memory')
    expect(write!.attributes).toMatchObject({
      'gen_ai.memory.store.id': memory.space,
      'gen_ai.memory.record.id': 'facts/answer',
      'gen_ai.memory.record.count': 1,
      'skein.memory.records': [expect.stringMatching(/^facts\/answer@\d+$/)],
    })
  })

  it('holds no content unless it is asked for, and then up to the level that is named', async () => {
    const secret = { level: 'confidential' } as const
    const runAll = async ({ flock, memory }: typeof shared): Promise<string> => {
      forgetSpans()
      const ann = memory.as({ id: 'ann', role: 'reader', clearance: secret })
      await ann.facts.set('merger-with-acme', 'CANARY', { sensitivity: 'confidential' })
      const { blurt, research } = flock.activities<Activities>(activities)
      await blurt('merger-with-acme', { as: ann.principal }).catch(() => {})
      await research('What about energy?')
      return JSON.stringify(endedSpans().map(({ attributes, events, status }) => ({ attributes, events, status })))
    }
    const none = await runAll(shared)
    expect(none).not.toMatch(/CANARY|merger|What about/)
    expect(none).toContain('"error.type":"Error"')
    const internal = await runAll(await open({ content: { level: 'internal' } }))
    expect(internal).not.toMatch(/CANARY|merger/)
    expect(internal).toContain('What about energy?')
    expect(internal).toContain('Energy is saved in every home.')
  })

  it('tells of attempts that failed, of reuse and of errors', async () => {
    const { flock } = shared
    const { second, square, blurt } = flock.activities<Activities>(activities)
    await second(null)
    await square(3)
    await square(3)
    await blurt('nothing').catch(() => {})
    const [retried] = await spansNamed('execute_tool second')
    expect(retried!.events).toMatchObject([
      { name: 'skein.retry', attributes: { 'error.type': 'TypeError', 'skein.attempt': 1 } },
    ])
    const squares = await spansNamed('execute_tool square', 2)
    expect(squares.map(({ attributes }) => attributes['skein.reused'])).toEqual([false, true])
    const [failed] = await spansNamed('execute_tool blurt')
    expect(failed!.status).toEqual({ code: 2 })
  })

  it('carries the trace along with messages between agents', async () => {
    const { flock } = shared
    type Ping = { readonly type: 'ping' }
    const heard = Promise.withResolvers<string>()
    const last = behavior({
      role: 'last',
      initial: 0,
      receive: (n: number, { type }: Ping) => (heard.resolve(type), n + 1),
    })
    flock.spawn(last, { id: 'last' })
    const first = behavior({
      role: 'first',
      initial: 0,
      receive: (n: number, { type }: Ping) => {
        void flock.post('last', { type })
        return n + 1
      },
    })
    flock.spawn(first, { id: 'first' }).send({ type: 'ping' })
    await heard.promise
    await spansNamed('invoke_agent last')
    expect(tree()).toEqual(['invoke_agent first', '  invoke_agent last'])
  })

  it('ends the span of an agent that fails with the error, whose words it keeps', async () => {
    const { flock } = shared
    const fail = behavior({
      role: 'fragile',
      initial: 0,
      receive: (n: number, { type }: Question<'break', undefined, number>): number => {
        throw new RangeError(`CANARY ${type} ${n}`)
      },
    })
    await flock
      .spawn(fail)
      .ask({ type: 'break' })
      .catch(() => {})
    const [span] = await spansNamed('invoke_agent fragile')
    expect(span!.attributes['error.type']).toBe('RangeError')
    expect(JSON.stringify([span!.status, span!.events])).not.toContain('CANARY')
  })

  it('has ended all spans once the memory is closed', async () => {
    const memory = await openMemory({ store: mapStore(), telemetry: openTelemetry() })
    const flock = await createFlock({ memory, threads: 1 })
    const { research } = flock.activities<Activities>(activities)
    const reader = flock.spawn(agent({ role: 'last', on: { research } }))
    await reader.ask({ type: 'research', input: 'What about energy?' })
    await memory.close()
    expect(endedSpans().map(({ name }) => name)).toContain('invoke_agent last')
    await flock.close()
  })

  it('makes figures of memory, flock and models', async () => {
    const { flock, memory } = shared
    const { research, square } = flock.activities<Activities>(activities)
    await research('What about the arts?')
    await square(4)
    await square(4)
    const { facts } = memory.as({ id: 'ann', role: 'reader' })
    await facts.get('answer')
    await facts.get('answer')
    const values = await metricValues()
    expect(values['gen_ai.client.token.usage']).toBeGreaterThan(0)
    expect(values['gen_ai.client.operation.duration']).toBeGreaterThan(0)
    expect(values).toMatchObject({
      'skein.cache.hits': memory.stats().hits,
      'skein.work.reused': memory.stats().reused,
      'skein.activities.reused': flock.stats().reusedActivities,
      'skein.queue.messages': 0,
    })
  })

  it('shows spans to those who listen, with no OpenTelemetry at all', async () => {
    const memory = await openMemory({ store: mapStore() })
    const flock = await createFlock({ memory, threads: 1 })
    const seen: Span[] = []
    const { research } = flock.activities<Activities>(activities)
    await research('What about energy?')
    expect(memory.tracing.isOn).toBe(false)
    const stop = memory.tracing.onSpan((span) => seen.push(span))
    const stopOther = memory.tracing.onSpan(() => {})
    const traceparent = await research('What about energy?')
    stop()
    // So long as somebody listens, what is sent takes its span along.
    expect(memory.tracing.isOn).toBe(true)
    stopOther()
    expect(memory.tracing.isOn).toBe(false)
    await research('What about energy?')
    await flock.close()
    await memory.close()
    expect(seen.map(({ operation }) => operation)).toEqual(['search_memory', 'chat', 'upsert_memory', 'execute_tool'])
    expect(seen.at(-1)).toMatchObject({ traceparent, target: 'research', error: undefined })
    expect(endedSpans()).toEqual([])
  })

  it('traces a model that is used by itself', async () => {
    const { memory } = shared
    const model = shareModel(extractiveModel(), memory.as({ id: 'ann', role: 'reader' }))
    const passages = [{ id: 'report', text: 'Energy is saved in every home.' }]
    await model.cite({ messages: [{ role: 'user', text: 'What about energy?' }], passages, maxSentences: 1 })
    expect(tree()).toEqual([`chat ${modelName}`])
  })
})
