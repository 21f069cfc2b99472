import { mapStore, openMemory } from '@skein/memory'
import type { View, WorkContext } from '@skein/memory'
import type { SharedState } from '@skein/memory/runtime'
import { describe, expect, it, onTestFinished } from 'vitest'

const runtime = { id: 'runtime', role: 'system' } as const

async function viewsOfOneStore(count: number): Promise<View[]> {
  const store = mapStore()
  const memories = await Promise.all(Array.from({ length: count }, () => openMemory({ store })))
  onTestFinished(async () => {
    for (const memory of memories) await memory.close()
  })
  return memories.map((memory) => memory.as(runtime))
}

const addOne = (state: SharedState<number>): Promise<number> =>
  state.change((n = 0) => ({ state: n + 1, result: n + 1 }))

describe('a shared state', () => {
  it('loses no change of several processes, and returns to each its own result', async () => {
    const views = await viewsOfOneStore(3)
    const states = views.map((view) => view.state<number>('calls', 60_000))
    const results = await Promise.all(states.flatMap((state) => Array.from({ length: 50 }, () => addOne(state))))
    expect(results.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1))
  })

  it('writes once for all changes of one turn, and not at all when nothing changes', async () => {
    const store = mapStore()
    await using memory = await openMemory({ store })
    await using raw = await store.open('default', 'reader')
    const version = async (): Promise<number> =>
      (await raw.read([{ collection: 'settings', id: 'states/calls' }]))[0]?.version ?? 0
    const state = memory.as(runtime).state<number>('calls', 60_000)
    await Promise.all(Array.from({ length: 20 }, () => addOne(state)))
    expect(await version()).toBe(1)
    expect(await state.change((n = 0) => ({ state: n, result: n }))).toBe(20)
    expect(await version()).toBe(1)
    await Promise.all([addOne(state), addOne(state)])
    expect(await version()).toBe(2)
  })

  it('sees writes of others even if it changes nothing', async () => {
    const [ours, theirs] = (await viewsOfOneStore(2)) as [View, View]
    const state = ours.state<number>('calls', 60_000)
    await addOne(state)
    const mark = state.mark()
    await addOne(theirs.state<number>('calls', 60_000))
    while (state.mark() === mark) await state.untilWritten(mark, 60_000)
    expect(await state.change((n = 0) => ({ state: n, result: n }))).toBe(2)
  })

  it('wakes a waiter when another process writes', async () => {
    const [ours, theirs] = (await viewsOfOneStore(2)) as [View, View]
    const state = ours.state<number>('calls', 60_000)
    await addOne(state)
    const mark = state.mark()
    const woken = state.untilWritten(mark, 60_000)
    await addOne(theirs.state<number>('calls', 60_000))
    await woken
    expect(state.mark()).not.toBe(mark)
  })

  it('supports aborting a wait', async () => {
    const [view] = (await viewsOfOneStore(1)) as [View]
    const state = view.state<number>('calls', 60_000)
    const stop = new AbortController()
    const waiting = state.untilWritten(state.mark(), 60_000, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('rejects only the change that throws, and writes nothing for it', async () => {
    const [view] = (await viewsOfOneStore(1)) as [View]
    const state = view.state<number>('calls', 60_000)
    const fault = state.change(() => {
      throw new Error('no')
    })
    const [first, second, third] = await Promise.allSettled([addOne(state), fault, addOne(state)])
    expect([first, second, third]).toMatchObject([{ value: 1 }, { reason: { message: 'no' } }, { value: 2 }])
  })

  it('refuses what JSON would change', async () => {
    const [view] = (await viewsOfOneStore(1)) as [View]
    const state = view.state<unknown>('odd', 60_000)
    await expect(state.change(() => ({ state: Number.NaN, result: 1 }))).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
    expect(await state.change((before) => ({ state: before, result: before ?? 'nothing' }))).toBe('nothing')
  })

  it('is hidden from lists, watches and the audit', async () => {
    const [view] = (await viewsOfOneStore(1)) as [View]
    await addOne(view.state<number>('calls', 60_000))
    await view.facts.set('seen', 1)
    const changes: string[] = []
    for await (const { collection, id } of view.watch('', { after: 0 })) {
      changes.push(`${collection}/${id}`)
      if (id === 'seen') break
    }
    expect(changes).toEqual(['facts/seen'])
  })
})

describe('the ledger', () => {
  it('adds up reported costs, and shows them to users of the result', async () => {
    const store = mapStore()
    await using memory = await openMemory({ store })
    const view = memory.as(runtime)
    const work = async ({ reportUsage }: WorkContext): Promise<string> => {
      reportUsage({ inputTokens: 100, usd: 0.25 })
      reportUsage({ outputTokens: 50 })
      return 'answer'
    }
    const cost = { inputTokens: 100, outputTokens: 50, usd: 0.25 }
    expect(await view.once('model/a', work)).toMatchObject({ reused: false, cost })
    expect(await view.once('model/a', work)).toMatchObject({ reused: true, cost })
    expect((await view.once('model/b', async () => 1)).cost.usd).toBeUndefined()
    expect(await memory.ledger()).toMatchObject({
      model: { computed: 2, used: cost, reused: 1, saved: cost },
    })
  })
})

describe('the audit of outgoing data', () => {
  it('names the work, the objects and where they went, for auditors whose clearance covers it', async () => {
    await using memory = await openMemory({ store: mapStore() })
    const ann = memory.as({ id: 'ann', role: 'reader', clearance: { level: 'internal' } })
    const label = { sensitivity: 'internal', compartments: [] } as const
    ann.audit.noteDisclosure({ to: 'openai/x', work: 'model/1', objects: ['abc'], label })
    ann.audit.noteDisclosure({ to: 'openai/x', work: 'model/2', objects: [], label, refused: 'too secret' })
    const rows = async (level: 'public' | 'internal'): Promise<string[]> => {
      const eve = memory.as({ id: 'eve', role: 'auditor', clearance: { level }, rights: ['audit'] })
      const entries = await Array.fromAsync(eve.audit.entries({ action: 'send' }))
      return entries.map(({ outcome, collection, id, reason }) => `${outcome} ${collection}/${id} ${reason}`).toSorted()
    }
    expect(await rows('internal')).toEqual([
      'hit objects/abc openai/x',
      'hit work/model/1 openai/x',
      'refused work/model/2 too secret',
    ])
    expect(await rows('public')).toEqual([])
  })
})
