import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { behavior, createFlock, durable } from '@skein/core'
import type { Flock, FlockEvent, Question } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory, Principal, View } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromPromise, setup } from 'xstate'

import { nextEvent } from './open-flock.ts'

const operator: Principal = { id: 'olga', role: 'operator', rights: ['control', 'audit'] }

type Said = { readonly type: 'tell'; readonly text: string } | Question<'all', undefined, readonly string[]>

/** Answers with all that it was told. */
const scribe = behavior({
  role: 'scribe',
  initial: [] as readonly string[],
  receive: (told, message: Said, { reply }) => {
    if (message.type === 'tell') return [...told, message.text]
    reply(message, told)
    return told
  },
})

const job = setup({
  types: {} as { events: { type: 'work' } },
  actors: { work: fromPromise(async () => 'done') },
}).createMachine({
  initial: 'idle',
  states: { idle: { on: { work: 'working' } }, working: { invoke: { src: 'work', onDone: 'idle' } } },
})

interface Opened {
  readonly flock: Flock
  readonly events: FlockEvent[]
  /** Of the flock's own memory. */
  readonly memory: Memory
  /** The operator in another memory on the same file, as another process has one. */
  readonly view: View
  readonly file: string
}

async function open(): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-orders-'))
  const file = join(folder, 'flock.db')
  const memory = await openMemory({ store: sqliteStore(file) })
  const flock = await createFlock({ memory, threads: 1 })
  const other = await openMemory({ store: sqliteStore(file) })
  const events: FlockEvent[] = []
  flock.on((event) => events.push(event))
  onTestFinished(async () => {
    await flock.close()
    await Promise.all([memory.close(), other.close()])
    rmSync(folder, { recursive: true })
  })
  return { flock, events, memory, view: other.as(operator), file }
}

describe('an order to an agent, from another process', () => {
  it('pauses it: messages wait, and come when it goes on', async () => {
    const { flock, view, events } = await open()
    const ann = flock.spawn(scribe, { id: 'ann' })
    await view.control.pause('ann', { why: 'She quotes too much.' })
    expect(ann.state).toBe('paused')
    const answer = ann.ask({ type: 'all' })
    ann.send({ type: 'tell', text: 'one' })
    await view.control.send('ann', { type: 'tell', text: 'two' } as Said)
    expect(ann.load).toBe(3)
    await view.control.resume('ann')
    expect(ann.state).toBe('running')
    expect(await answer).toEqual([])
    expect(await ann.ask({ type: 'all' })).toEqual(['one', 'two'])
    expect(events.map(({ type }) => type)).toEqual(['agent.spawned', 'agent.paused', 'agent.unpaused'])
  })

  it('lets a paused agent begin no activity until it goes on, and stops one that is paused', async () => {
    const { flock, view, events } = await open()
    const ann = flock.spawn(scribe, { id: 'ann' })
    const look = flock.activity(async () => 'seen', { once: 'look' })
    await view.control.pause('ann')
    const seen = look(undefined, { as: ann.memory.principal })
    await view.control.resume('ann')
    expect(await seen).toBe('seen')
    expect(events.map(({ type }) => type).slice(2)).toEqual(['agent.unpaused', 'activity.started', 'activity.done'])
    await view.control.pause('ann')
    await view.control.stop('ann')
    await expect(ann.done).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
  })

  it('cancels one run of an activity, which is not tried again, and runs an ended one again', async () => {
    const { flock, view, events } = await open()
    const ann = flock.spawn(scribe, { id: 'ann' })
    let runs = 0
    const wait = flock.activity(
      async ({ signal }, isToWait: boolean) => {
        runs += 1
        if (isToWait && runs === 1)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
        return runs
      },
      { once: 'wait', retry: { maxRetries: 5 } },
    )
    const started = nextEvent(flock, 'activity.started')
    const waiting = wait(true, { as: ann.memory.principal })
    // It is cancelled on purpose.
    waiting.catch(() => {})
    const { run } = await started
    await expect(view.control.rerun('ann', run)).rejects.toThrow('has not ended')
    await view.control.cancel('ann', run)
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_CANCELLED', activity: 'wait', by: 'olga' })
    await expect(view.control.cancel('ann', run)).rejects.toThrow('has ended')
    expect(events.filter(({ type }) => type === 'activity.retried')).toEqual([])

    const done = nextEvent(flock, 'activity.done')
    await view.control.rerun('ann', run)
    await done
    // Its result is stored: whoever asks next gets it.
    expect(await wait(true, { as: ann.memory.principal })).toBe(2)
    const again = nextEvent(flock, 'activity.done')
    await view.control.rerun('ann', (await done).run)
    await again
    expect(await wait(true, { as: ann.memory.principal })).toBe(3)
  })

  it('names a run by its record, as a process does that only sees the memory', async () => {
    const { flock, view } = await open()
    const ann = flock.spawn(scribe, { id: 'ann' })
    let runs = 0
    const wait = flock.activity(
      async ({ signal }) => {
        runs += 1
        if (runs > 1) return
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
      { once: 'wait' },
    )
    const started = nextEvent(flock, 'activity.started')
    const waiting = wait(undefined, { as: ann.memory.principal })
    // It is cancelled on purpose.
    waiting.catch(() => {})
    await started
    const { items } = await view.records.list({ collection: 'work' })
    const [record] = items
    expect(record?.author).toBe('ann')
    const id = record?.id ?? ''
    await expect(view.control.cancel('bob', id, { timeoutMs: 50 })).rejects.toThrow('no process that runs it')
    await view.control.cancel('ann', id)
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_CANCELLED', by: 'olga' })
    const done = nextEvent(flock, 'activity.done')
    await view.control.rerun('ann', id)
    await done
    expect(runs).toBe(2)
  })

  it('is refused without the right, by an agent that can not do it, and where nobody runs the agent', async () => {
    const { flock, view, memory } = await open()
    flock.spawn(job, { id: 'ann' })
    const nosy = memory.as({ id: 'nosy', role: 'clerk', clearance: { level: 'confidential' } })
    await expect(nosy.control.pause('ann')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    await expect(view.control.send('ann', { type: 'sing' })).rejects.toMatchObject({
      code: 'SKEIN_CONTROL',
      agent: 'ann',
    })
    const secret = { sensitivity: 'internal' } as const
    await expect(view.control.send('ann', { type: 'work' }, secret)).rejects.toThrow('clearance')
    await expect(view.control.pause('bob', { timeoutMs: 50 })).rejects.toThrow('no process that runs it answered')
    // It is void: who comes by that name later is not paused.
    expect(flock.spawn(scribe, { id: 'bob' }).state).toBe('running')
    await expect(view.control.pause('', {})).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('is in the audit with who gave it and why, refused ones too', async () => {
    const { flock, view, memory } = await open()
    flock.spawn(scribe, { id: 'ann' })
    await view.control.pause('ann', { why: 'She quotes too much.' })
    await memory
      .as({ id: 'nosy', role: 'clerk' })
      .control.stop('ann')
      .catch(() => {})
    const entries = await Array.fromAsync(memory.as(operator).audit.entries({ action: 'control' }))
    expect(entries).toMatchObject([
      { agent: 'olga', collection: 'agents', id: 'ann', outcome: 'hit', reason: 'pause: She quotes too much.' },
      { agent: 'nosy', collection: 'agents', id: 'ann', outcome: 'refused' },
    ])
  })
})

describe('a durable agent', () => {
  const worker = durable(job, { name: 'worker' })

  it('stays paused where it is resumed, and is gone for good when it was stopped', async () => {
    const { flock, view, memory } = await open()
    await flock.spawnDurable(worker, { id: 'w1' })
    await view.control.pause('w1')
    await flock.close()

    await using second = await createFlock({ memory, threads: 1 })
    const { resumed } = await second.resume([worker])
    expect(resumed.map(({ id, state }) => [id, state])).toEqual([['w1', 'paused']])
    await view.control.resume('w1')
    expect(resumed[0]?.state).toBe('running')
    await view.control.stop('w1')

    await using third = await createFlock({ memory, threads: 1 })
    expect((await third.resume([worker])).resumed).toEqual([])
  })
})
