import { agent, behavior, createFlock, durable } from '@skein/core'
import type { DurableDefinition, Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory, Ref } from '@skein/memory'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

import type { RecordDetail, TraceDetail, TraceRow, TraceSpan } from '../../src/index.ts'
import { openBoard, operator } from '../open-board.ts'
import type { OpenBoard } from '../open-board.ts'

const secret = 'xyzzy-plugh'
const finance = { level: 'confidential', compartments: ['finance'] } as const
let memory: Memory
let flock: Flock

beforeAll(async () => {
  memory = await openMemory({ store: mapStore() })
  flock = await createFlock({ memory, threads: 1 })
  const spy = memory.as({ id: 'spy', role: 'spy', clearance: finance })
  await spy.facts.set('salary', secret, { sensitivity: 'confidential', compartments: ['finance'] })
})

afterAll(async () => {
  await flock.close()
  await memory.close()
})

type Activities = typeof import('../fixtures/activities.ts')

/** Lets an agent do one of the fixture's activities. @returns what it answers, or its error */
async function ask(activity: 'study' | 'blurt'): Promise<unknown> {
  const { [activity]: work } = flock.activities<Activities>(new URL('../fixtures/activities.ts', import.meta.url))
  const clerk = flock.spawn(agent({ role: 'clerk', on: { work } }), { clearance: finance })
  const answer = await clerk.ask({ type: 'work', input: 'salary' }).catch((error: unknown) => error)
  clerk.stop()
  return answer
}

/** The trace of an agent's latest work, when the agent's own span has ended. */
async function latest(open: OpenBoard): Promise<{ readonly row: TraceRow; readonly trace: TraceDetail }> {
  await expect.poll(async () => (await open.json<TraceRow[]>('/api/traces'))[0]?.isRunning).toBe(false)
  const [row] = await open.json<TraceRow[]>('/api/traces')
  return { row: row!, trace: await open.json<TraceDetail>(`/api/traces/${row!.id}`) }
}

/** The spans below one another, as indented lines. */
function tree({ spans }: Pick<TraceDetail, 'spans'>, parent?: string, indent = ''): readonly string[] {
  const below = spans.filter((span) => span.parent === parent)
  const lines = below.map(({ id, operation, target, collection }) => [
    `${indent}${operation} ${target ?? collection}`,
    ...tree({ spans }, id, `${indent}  `),
  ])
  return lines.flat()
}

const activityOf = ({ spans }: TraceDetail): TraceSpan => spans.find(({ operation }) => operation === 'execute_tool')!

it('shows what an agent did for a message, as a tree, and leads from a record to the work that made it', async () => {
  await using open = await openBoard({ memory, flock, traces: 'content' })
  const object = (await ask('study')) as Ref
  const { row, trace } = await latest(open)
  expect(row).toMatchObject({ operation: 'invoke_agent', target: 'clerk', retries: 1, errors: 0 })
  expect([row.title, activityOf(trace).title]).toEqual(['study: salary', 'study: salary'])
  expect(tree(trace)).toEqual([
    'invoke_agent clerk',
    '  execute_tool study',
    '    create_memory facts',
    '    update_memory facts',
    '    create_memory objects',
  ])
  const run = activityOf(trace)
  expect(run.retries).toEqual([expect.objectContaining({ attempt: 1, error: 'TypeError' })])
  expect(run.texts).toContainEqual({ name: 'input', text: '"salary"' })
  expect(run).toMatchObject({ worker: expect.any(String), durationMs: expect.any(Number) })

  const record = await open.json<RecordDetail>(`/api/records/objects/${object.id}`)
  const made = trace.spans.at(-1)!
  expect(record.traces).toEqual([
    { trace: trace.id, span: made.id, operation: 'create_memory', agent: made.agent, at: made.startedAt },
  ])
  expect(made.records).toEqual([{ collection: 'objects', id: object.id, version: 1 }])
})

it('names the record that a lone read or write is about, to those who are cleared for it', async () => {
  await using cleared = await openBoard({ memory, flock, principal: operator })
  await using plain = await openBoard({ memory, flock, principal: { id: 'joe', role: 'person' } })
  const spy = memory.as({ id: 'spy', role: 'spy', clearance: finance })
  await spy.facts.set('bonus', secret, { sensitivity: 'confidential', compartments: ['finance'] })
  const { row } = await latest(cleared)
  expect(row).toMatchObject({ agent: 'spy', records: [{ collection: 'facts', id: 'bonus', version: 1 }] })
  expect((await latest(plain)).row).toMatchObject({ id: row.id, agent: 'spy', records: [] })
})

it('shows records, texts and errors only to those who are cleared for them', async () => {
  await using cleared = await openBoard({ memory, flock, principal: operator, traces: 'content' })
  await using plain = await openBoard({ memory, flock, principal: { id: 'joe', role: 'person' }, traces: 'content' })
  await ask('blurt')
  const { trace } = await latest(cleared)
  expect(activityOf(trace).error).toEqual({
    type: 'RangeError',
    message: `It says ${secret}`,
    stack: expect.stringContaining('activities.ts'),
  })
  const { trace: seen } = await latest(plain)
  expect(tree(seen)).toEqual(tree(trace))
  expect(activityOf(seen)).toMatchObject({ error: { type: 'RangeError' }, texts: [], records: [], isCut: true })
  expect(JSON.stringify(seen)).not.toContain(secret)
  expect(JSON.stringify(seen)).not.toContain('salary')
})

it('keeps no texts by default, and no traces when told so', async () => {
  await using outline = await openBoard({ memory, flock })
  await using off = await openBoard({ memory, flock, traces: 'off' })
  await ask('study')
  const { trace } = await latest(outline)
  expect(trace.spans.flatMap(({ texts }) => texts)).toEqual([])
  expect(await off.json('/api/traces')).toEqual([])
  expect((await off.get(`/api/traces/${trace.id}`)).status).toBe(404)
})

it('shows the part of this process in work that another one began, and says that it is a part', async () => {
  const store = mapStore()
  const there = await openMemory({ store })
  const here = await openMemory({ store })
  const [sending, receiving] = [await createFlock({ memory: there }), await createFlock({ memory: here })]
  await using open = await openBoard({ memory: here, flock: receiving })
  await using other = await openBoard({ memory: there, flock: sending })
  onTestFinished(async () => {
    for (const each of [sending, receiving, there, here]) await each.close()
  })
  type Go = { readonly type: 'go' }
  const take = (role: string, run: () => void): DurableDefinition<Go> => {
    const receive = (n: number, { type }: Go): number => (run(), n + type.length)
    return durable(behavior({ role, initial: 0, receive }), { name: role, mailbox: 'durable' })
  }
  await receiving.spawnDurable(
    take('reader', () => {}),
    { id: 'reader' },
  )
  const sender = await sending.spawnDurable(
    take('writer', () => void sending.post('reader', { type: 'go' })),
    { id: 'writer' },
  )
  await sender.post({ type: 'go' })
  await expect.poll(async () => (await open.json<TraceRow[]>('/api/traces'))[0]?.target).toBe('reader')
  const [mine, theirs] = [await latest(open), await latest(other)]
  expect(mine.trace).toMatchObject({ id: theirs.trace.id, isPart: true, isRunning: false })
  expect(mine.trace.spans[0]!.parent).toBe(theirs.trace.spans[0]!.id)
  expect(theirs).toMatchObject({ row: { target: 'writer' }, trace: { isPart: false } })
})

it('names a workflow by its steps, and counts all steps that used a record', async () => {
  await using open = await openBoard({ memory, flock })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  await ann.facts.set('price', 1)
  const note = flock.activity(async function note(_, part: number) {
    return part
  })
  const merge = flock.activity(async function merge(_, notes: readonly number[]) {
    return notes.length
  })
  await flock.mapReduce({ inputs: [1, 2], map: (part) => note(part), reduce: (notes) => merge(notes) })
  expect((await latest(open)).row).toMatchObject({ operation: 'invoke_workflow', title: 'map-reduce of note, merge' })
  for (let n = 0; n < 55; n += 1) await ann.facts.set('price', n)
  const { traces, traceCount } = await open.json<RecordDetail>('/api/records/facts/price')
  expect([traces?.length, traceCount]).toEqual([50, 56])
})
