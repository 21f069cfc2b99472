import { interrupt, Annotation, Command, START, StateGraph } from '@langchain/langgraph'
import { emptyCheckpoint } from '@langchain/langgraph-checkpoint'
import { SkeinSaver, StaleWriterError } from '@skein/langgraph'
import type { SaverOptions } from '@skein/langgraph'
import { mapStore, openMemory } from '@skein/memory'
import type { View } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

import { countingGraph } from './counting-graph.ts'

const open = async () => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return { memory, view: memory.as({ id: 'graph', role: 'agent' }) }
}
const config = { configurable: { thread_id: 'ann' } }
const metadata = { source: 'loop', step: 0, parents: {} } as const

/** Saves a checkpoint after another one. */
const put = async (saver: SkeinSaver, parent?: string): Promise<string> => {
  const checkpoint = emptyCheckpoint()
  await saver.put({ configurable: { thread_id: 'ann', checkpoint_id: parent } }, checkpoint, metadata, {})
  return checkpoint.id
}
const latest = async (saver: SkeinSaver): Promise<string | undefined> => (await saver.getTuple(config))?.checkpoint.id

describe('a thread', () => {
  it('goes on where it was, in another graph over the same memory', async () => {
    const { view } = await open()
    await countingGraph(view).invoke({ heard: ['a'] }, config)
    const state = await countingGraph(view).invoke({ heard: ['b'] }, config)
    expect(state).toEqual({ heard: ['a', 'b'], count: 4 })
  })

  it('resumes with the answer that it was interrupted for', async () => {
    const { view } = await open()
    const State = Annotation.Root({ answer: Annotation<string> })
    const graph = () =>
      new StateGraph(State)
        .addNode('ask', () => ({ answer: interrupt('How much?') as string }))
        .addEdge(START, 'ask')
        .compile({ checkpointer: new SkeinSaver(view) })
    await graph().invoke({}, config)
    expect((await graph().getState(config)).tasks[0]?.interrupts[0]?.value).toBe('How much?')
    expect(await graph().invoke(new Command({ resume: '20 %' }), config)).toEqual({ answer: '20 %' })
  })

  it('forks where its config says so, and goes on from the fork', async () => {
    const { view } = await open()
    const graph = countingGraph(view)
    await graph.invoke({ heard: ['a'] }, config)
    const [, middle] = await Array.fromAsync(graph.getStateHistory(config))
    await graph.invoke({ heard: ['b'] }, config)
    const forked = await graph.updateState(middle?.config ?? {}, { heard: ['changed'] })
    expect(await graph.invoke(null, forked)).toEqual({ heard: ['a', 'changed'], count: 2 })
    expect((await graph.getState(config)).values).toEqual({ heard: ['a', 'changed'], count: 2 })
    expect(await graph.invoke({ heard: ['c'] }, config)).toEqual({ heard: ['a', 'changed', 'c'], count: 4 })
  })

  it('is gone with all its values once it is deleted', async () => {
    const { view } = await open()
    const graph = countingGraph(view)
    await graph.invoke({ report: 'secret '.repeat(100) }, config)
    await graph.invoke({ heard: ['b'] }, { configurable: { thread_id: 'bob' } })
    const saver = new SkeinSaver(view)
    await saver.deleteThread('ann')
    expect(await saver.getTuple(config)).toBeUndefined()
    const { items } = await view.records.list({ collection: 'facts', limit: 1_000 })
    expect(items.length).toBeGreaterThan(0)
    expect(items.filter(({ id }) => !id.includes('/bob/'))).toEqual([])
    expect(await graph.invoke({ heard: ['again'] }, config)).toEqual({ heard: ['again'], count: 2 })
  })

  it('is parted from others whose names look alike', async () => {
    const { view } = await open()
    const saver = new SkeinSaver(view)
    const long = 'x'.repeat(900)
    const names = [
      ['a', 'b/c'],
      ['a/b', 'c'],
      ['a%2Fb', 'c'],
      ['a', 'b'],
      [long, ''],
      [`${long}y`, ''],
    ] as const
    for (const [thread_id, checkpoint_ns] of names) {
      const checkpoint = { ...emptyCheckpoint(), channel_values: { name: [thread_id, checkpoint_ns] } }
      await saver.put({ configurable: { thread_id, checkpoint_ns } }, checkpoint, metadata, { name: 1 })
    }
    for (const [thread_id, checkpoint_ns] of names) {
      const tuple = await saver.getTuple({ configurable: { thread_id, checkpoint_ns } })
      expect(tuple?.checkpoint.channel_values).toEqual({ name: [thread_id, checkpoint_ns] })
    }
  })
})

describe('of two writers of a thread', () => {
  it('the one that continues an older checkpoint is refused, and leaves nothing behind', async () => {
    const { memory, view } = await open()
    const [one, two] = [new SkeinSaver(view), new SkeinSaver(memory.as({ id: 'other', role: 'agent' }))]
    const first = await put(one)
    expect([await latest(one), await latest(two)]).toEqual([first, first])
    const second = await put(two, first)
    await expect(put(one, first)).rejects.toMatchObject({
      name: 'StaleWriterError',
      code: 'SKEIN_STALE_WRITER',
      threadId: 'ann',
      checkpointNs: '',
      parent: first,
      latest: second,
    })
    expect(await latest(one)).toBe(second)
    expect(await Array.fromAsync(one.list(config), ({ checkpoint }) => checkpoint.id)).toEqual([second, first])
    // It goes on from what the other one has saved.
    await put(one, second)
  })

  it('the second to begin it is refused, in one saver and in two', async () => {
    const { view } = await open()
    const [one, two] = [new SkeinSaver(view), new SkeinSaver(view)]
    expect([await latest(one), await latest(one), await latest(two)]).toEqual([undefined, undefined, undefined])
    await put(one)
    await expect(put(one)).rejects.toBeInstanceOf(StaleWriterError)
    await expect(put(two)).rejects.toBeInstanceOf(StaleWriterError)
  })

  it('the one that goes on with a thread that the other has deleted is refused', async () => {
    const { view } = await open()
    const [one, two] = [new SkeinSaver(view), new SkeinSaver(view)]
    const first = await put(one)
    await two.deleteThread('ann')
    await expect(put(one, first)).rejects.toMatchObject({
      code: 'SKEIN_STALE_WRITER',
      parent: first,
      latest: undefined,
    })
    expect(await Array.fromAsync(one.list(config))).toEqual([])
  })

  it('one of many at the same time wins', async () => {
    const { view } = await open()
    const savers = Array.from({ length: 20 }, () => new SkeinSaver(view))
    const first = await put(new SkeinSaver(view))
    const outcomes = await Promise.allSettled(savers.map((saver) => put(saver, first)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await Array.fromAsync(new SkeinSaver(view).list(config))).toHaveLength(2)
  })

  it('the overtaken run of a graph rejects; when it is run again it has all that was said', async () => {
    const { view } = await open()
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const slow = countingGraph(view, () => {
      entered.resolve()
      return gate.promise
    })
    await countingGraph(view).invoke({ heard: ['a'] }, config)
    const run = slow.invoke({ heard: ['slow'] }, { ...config, durability: 'sync' })
    await entered.promise
    await countingGraph(view).invoke({ heard: ['quick'] }, config)
    gate.resolve()
    await expect(run).rejects.toMatchObject({ code: 'SKEIN_STALE_WRITER' })
    const { heard } = await slow.invoke({ heard: ['slow again'] }, config)
    expect(heard.at(-1)).toBe('slow again')
    expect(heard).toContain('quick')
  })
})

describe('what is stored', () => {
  it('holds an unchanged value once, however many checkpoints there are', async () => {
    const { view } = await open()
    const graph = countingGraph(view)
    await graph.invoke({ report: 'A long report. '.repeat(10_000) }, config)
    const sizeOf = async (): Promise<number> => {
      const { items } = await view.records.list({ collection: 'facts', limit: 1_000 })
      return items.reduce((sum, { size }) => sum + size, 0)
    }
    const before = await sizeOf()
    for (let n = 0; n < 10; n += 1) await graph.invoke({ heard: [`${n}`] }, config)
    const { values } = await graph.getState(config)
    expect(values.report).toHaveLength(150_000)
    expect(await Array.fromAsync(graph.getStateHistory(config))).toHaveLength(44)
    expect((await sizeOf()) - before).toBeLessThan(150_000)
  })

  it('is a whole checkpoint or nothing, whichever write fails', async () => {
    const { driver, faults } = faultyStore(mapStore())
    const memory = await openMemory({ store: driver })
    onTestFinished(() => memory.close())
    const view = memory.as({ id: 'graph', role: 'agent' })
    const saver = new SkeinSaver(view)
    const begin = (): Promise<unknown> => {
      const checkpoint = { ...emptyCheckpoint(), channel_values: { report: 'A long report. '.repeat(100) } }
      return saver.put(config, checkpoint, metadata, { report: 1 })
    }
    let allowed = 0
    for (; ; allowed += 1) {
      const end = faults.allow('write', allowed, { collection: 'facts' })
      const outcome = await begin().then(
        () => 'put',
        () => 'refused',
      )
      end()
      if (outcome === 'put') break
      expect((await view.facts.list()).items).toEqual([])
    }
    expect(allowed).toBeGreaterThan(0)
    expect((await view.facts.list()).items).toHaveLength(3)
  })

  it('keeps bytes, and gives each reader a value of its own', async () => {
    const { view } = await open()
    const saver = new SkeinSaver(view)
    const bytes = new Uint8Array([0, 255, 254, 1])
    const checkpoint = { ...emptyCheckpoint(), channel_values: { bytes, list: [1] } }
    await saver.put(config, checkpoint, metadata, { bytes: 1, list: 1 })
    const values = (await saver.getTuple(config))?.checkpoint.channel_values as { bytes: Uint8Array; list: number[] }
    expect(values).toEqual({ bytes, list: [1] })
    values.list.push(2)
    values.bytes[0] = 9
    expect((await saver.getTuple(config))?.checkpoint.channel_values).toEqual({ bytes, list: [1] })
  })

  it.each([{ sensitivity: 'confidential' }, {}] as const)(
    'is absent for those whose clearance does not cover it: %o',
    async (label) => {
      const { memory } = await open()
      const boss: View = memory.as({ id: 'boss', role: 'head', clearance: { level: 'confidential' } })
      const saver = new SkeinSaver(boss, label)
      await put(saver)
      const ann = new SkeinSaver(memory.as({ id: 'ann', role: 'sales' }))
      expect(await ann.getTuple(config)).toBeUndefined()
      expect(await Array.fromAsync(ann.list(config))).toEqual([])
      await expect(put(ann)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      expect(await Array.fromAsync(saver.list(config))).toHaveLength(1)
    },
  )
})

it.each([
  [{ prefix: '' }, 'prefix'],
  [{ sensitivity: 'secret' }, 'sensitivity'],
  [{ compartments: 'sales' }, 'compartments'],
  [{ serde: 7 }, 'serde'],
  [{ ttl: 7 }, 'ttl'],
])('refuses the options %o', async (options, option) => {
  const { view } = await open()
  expect(() => new SkeinSaver(view, options as SaverOptions)).toThrow(expect.objectContaining({ option }) as Error)
})

it.each([
  [{ thread_id: 7 }, 'configurable.thread_id'],
  [{ thread_id: '' }, 'configurable.thread_id'],
  [{ thread_id: 'ann', checkpoint_ns: {} }, 'configurable.checkpoint_ns'],
])('refuses the config %o', async (configurable, option) => {
  const { view } = await open()
  const saver = new SkeinSaver(view)
  await expect(saver.put({ configurable }, emptyCheckpoint(), metadata, {})).rejects.toMatchObject({ option })
})
