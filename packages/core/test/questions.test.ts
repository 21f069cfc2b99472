import { agent, behavior, createFlock } from '@skein/core'
import type { Flock, Question } from '@skein/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, setup } from 'xstate'
import { virtualClock } from '@skein/core/testing'

import { openFlock } from './open-flock.ts'

type Sum = { readonly type: 'add'; readonly by: number } | Question<'read', undefined, number>
const sum = behavior({
  role: 'sum',
  initial: 0,
  receive: (total, message: Sum, { reply }) => {
    if (message.type === 'add') return total + message.by
    reply(message, total)
    return total
  },
})

/** Takes `go` only once; then `enter`s. */
const gate = setup({
  types: {} as { context: { entered: number }; events: { type: 'go' } | Question<'enter'> },
}).createMachine({
  context: { entered: 0 },
  initial: 'shut',
  states: {
    shut: { on: { go: 'open' } },
    open: { on: { enter: { actions: assign({ entered: ({ context }) => context.entered + 1 }) } } },
  },
})

describe('questions', () => {
  it('fail after their time-out or when they are aborted', async () => {
    const { flock, report } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { wait: report.untilAborted } }))
    await expect(worker.ask({ type: 'wait', input: null }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'SKEIN_ASK_TIMEOUT',
      agent: 'worker-1',
    })
    await expect(
      worker.ask({ type: 'wait', input: null }, { signal: AbortSignal.abort(new Error('no')) }),
    ).rejects.toThrow('no')
  })

  it('time out together when they are due together', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const ref = flock.spawn(gate)
    const outcomes: string[] = []
    const ask = (timeoutMs: number): void => {
      const asked = ref.ask({ type: 'enter' }, { timeoutMs })
      asked.catch((error: { code: string; timeoutMs: number }) => outcomes.push(`${error.code} ${error.timeoutMs}`))
    }
    for (const ms of [10, 1_000, 1_000, 60_000]) ask(ms)
    // Up to 1/64 of its length late, and two milliseconds.
    await clock.advance(12)
    expect(outcomes).toEqual(['SKEIN_ASK_TIMEOUT 10'])
    await clock.advance(986)
    expect(outcomes).toHaveLength(1)
    await clock.advance(20)
    expect(outcomes).toHaveLength(3)
    await clock.advance(60_000)
    expect(outcomes).toHaveLength(4)
    await expect(ref.ask({ type: 'enter' }, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('have a time-out of 30 seconds, or what the flock says', async () => {
    const clock = virtualClock()
    const { flock } = await openFlock(undefined, { threads: 1 }, { clock })
    const hasty = await createFlock({ memory: flock.memory, clock, askTimeoutMs: 100 })
    onTestFinished(() => hasty.close())
    const outcomes: string[] = []
    const ask = (from: Flock, options?: { timeoutMs: number }): void => {
      const asked = from.spawn(gate).ask({ type: 'enter' }, options)
      asked.catch((error: Error) => outcomes.push(error.message))
    }
    ask(flock)
    ask(hasty)
    ask(hasty, { timeoutMs: 60_000 })
    ask(flock, { timeoutMs: Number.POSITIVE_INFINITY })
    await clock.advance(104)
    expect(outcomes).toEqual([expect.stringContaining('within 100 ms')])
    await clock.advance(29_000)
    expect(outcomes).toHaveLength(1)
    await clock.advance(1_600)
    expect(outcomes.slice(1)).toEqual([expect.stringContaining('within 30000 ms. Raise timeoutMs')])
    await clock.advance(30_000)
    expect(outcomes.slice(2)).toEqual([expect.stringContaining('within 60000 ms')])
    await clock.advance(10_000_000)
    expect(outcomes).toHaveLength(3)
    await expect(createFlock({ memory: flock.memory, askTimeoutMs: 0 })).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option: 'askTimeoutMs',
    })
  })

  it('are answered when the machine forwards them to another agent', async () => {
    const { flock } = await openFlock()
    const worker = flock.spawn(sum)
    const front = flock.spawn(
      behavior({
        role: 'front',
        initial: null,
        receive: (state: null, message: Sum) => {
          worker.send(message)
          return state
        },
      }),
    )
    front.send({ type: 'add', by: 7 })
    expect(await front.ask({ type: 'read' })).toBe(7)
  })

  it('are skipped when nobody waits for them any more', async () => {
    const { flock, report, events } = await openFlock()
    const worker = flock.spawn(agent({ role: 'worker', on: { double: report.double, wait: report.untilAborted } }))
    const stop = new AbortController()
    const first = worker.ask({ type: 'double', input: 1 })
    const givenUp = worker.ask({ type: 'wait', input: null }, { signal: stop.signal })
    stop.abort(new Error('never mind'))
    await expect(givenUp).rejects.toThrow('never mind')
    expect(await first).toBe(2)
    expect(await worker.ask({ type: 'double', input: 2 }, { timeoutMs: 2 ** 31 - 1 })).toBe(4)
    expect(events.filter((event) => event.type === 'message.deadLettered')).toMatchObject([{ reason: 'given up' }])
  })
})
