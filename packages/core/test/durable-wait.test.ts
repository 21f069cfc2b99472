import { createFlock, durable } from '@skein/core'
import type { DurableDefinition, Flock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { describe, expect, it, onTestFinished } from 'vitest'
import { setup } from 'xstate'

const idle = (leaseMs = 3_600_000) =>
  durable(setup({ types: {} as { events: { type: 'end' } } }).createMachine({
    initial: 'a',
    states: { a: { on: { end: 'b' } }, b: { type: 'final' } },
    output: 'ended',
  }), { name: 'idle', leaseMs }) as DurableDefinition<never> // prettier-ignore

const open = async (store: StoreDriver): Promise<{ memory: Memory; flock: Flock }> => {
  const memory = await openMemory({ store })
  const flock = await createFlock({ memory, threads: 1 })
  onTestFinished(async () => {
    await flock.close()
    await memory.close()
  })
  return { memory, flock }
}

describe('who waits for durable agents that others hold', () => {
  it('gets those that are free at once, and the others when they are released', async () => {
    const store = mapStore()
    const [here, there] = [await open(store), await open(store)]
    const held = await there.flock.spawnDurable(idle(), { id: 'held' })
    const free = await there.flock.spawnDurable(idle(), { id: 'free' })
    free.stop()
    await free[Symbol.asyncDispose]()
    const resumed = new Promise((resolve) => here.flock.on('agent.resumed', resolve))
    const report = here.flock.resume([idle()], { wait: true })
    expect(await resumed).toMatchObject({ agent: 'free' })
    expect(here.flock.agent('held')).toBeUndefined()
    await held[Symbol.asyncDispose]()
    const { resumed: all, taken, refused } = await report
    expect([all.map(({ id }) => id).toSorted(), taken, refused]).toEqual([['free', 'held'], [], []])
  })

  it('gets them when the leases of a process end that is gone', async () => {
    const store = mapStore()
    const [here, there] = [await open(store), await open(store)]
    await there.flock.spawnDurable(idle(300), { id: 'a' })
    // Nothing is released: a memory that is closed renews no leases.
    await there.memory.close()
    const { resumed } = await here.flock.resume([idle(300)], { wait: true })
    expect(resumed.map(({ id }) => id)).toEqual(['a'])
  })

  it('is told which are still taken when its signal aborts', async () => {
    const store = mapStore()
    const [here, there] = [await open(store), await open(store)]
    await there.flock.spawnDurable(idle(), { id: 'held' })
    const stop = new AbortController()
    const report = here.flock.resume([idle()], { wait: true, signal: stop.signal })
    const spawned = here.flock.spawnDurable(idle(), { id: 'held', wait: true, signal: stop.signal })
    const refused = expect(spawned).rejects.toThrow('Not now.')
    // What is being started here already is not waited for twice.
    expect(await here.flock.resume([idle()], { wait: true })).toEqual({ resumed: [], taken: ['held'], refused: [] })
    stop.abort(new Error('Not now.'))
    expect(await report).toEqual({ resumed: [], taken: ['held'], refused: [] })
    await refused
  })

  it('gets nothing of those that ended meanwhile', async () => {
    const store = mapStore()
    const [here, there, elsewhere] = [await open(store), await open(store), await open(store)]
    const ref = await there.flock.spawnDurable(idle(), { id: 'a' })
    const report = here.flock.resume([idle()], { wait: true })
    const spawned = elsewhere.flock.spawnDurable(idle(), { id: 'a', wait: true })
    ref.send({ type: 'end' } as never)
    expect(await report).toEqual({ resumed: [], taken: [], refused: [] })
    expect(await (await spawned).done).toBe('ended')
  })

  it.each(['close', 'drain'] as const)('waits no more when its flock ends by %s()', async (how) => {
    const store = mapStore()
    const [here, there] = [await open(store), await open(store)]
    await there.flock.spawnDurable(idle(), { id: 'held' })
    await there.flock.spawnDurable(idle(), { id: 'other' })
    const spawned = here.flock.spawnDurable(idle(), { id: 'held', wait: true })
    const refused = expect(spawned).rejects.toMatchObject({ code: 'SKEIN_FLOCK_CLOSED' })
    const report = here.flock.resume([idle()], { wait: true })
    await here.flock[how]()
    await refused
    expect(await report).toMatchObject({
      resumed: [],
      taken: ['held'],
      refused: [{ id: 'other', error: { code: 'SKEIN_FLOCK_CLOSED' } }],
    })
  })

  it('is refused what is no answer to whether to wait', async () => {
    const { flock } = await open(mapStore())
    await expect(flock.spawnDurable(idle(), { id: 'a', wait: 'yes' as never })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option: 'wait',
    })
  })
})
