import { behavior } from '@skein/core'
import type { Question, Supervision } from '@skein/core'
import type { Decision, Failure } from '@skein/core/types'
import { virtualClock, withCrashes } from '@skein/core/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'

import { resolveSupervision } from '../src/supervision/supervision.ts'
import { nextEvent, openFlock } from './open-flock.ts'

/** Counts; every message of type `break` makes it throw. */
const counter = setup({
  types: {} as { context: { n: number }; events: { type: 'tick' } | { type: 'break' } },
}).createMachine({
  context: { n: 0 },
  initial: 'counting',
  states: {
    counting: {
      on: {
        tick: { actions: assign({ n: ({ context }) => context.n + 1 }) },
        break: {
          actions: () => {
            throw new Error('broken')
          },
        },
      },
    },
  },
})

const open = async (supervision: Supervision) => {
  const clock = virtualClock()
  const opened = await openFlock(undefined, { threads: 1 }, { clock, supervision })
  return { ...opened, clock }
}

const context = (ref: { readonly snapshot: unknown }): unknown => (ref.snapshot as { context: unknown }).context

describe('a supervised agent', () => {
  it('continues from its last good snapshot after a pause, with the messages that waited', async () => {
    const { flock, clock, events } = await open({ onFailure: 'restart', baseDelayMs: 100, jitter: 0 })
    const ref = flock.spawn(counter)
    for (const type of ['tick', 'break', 'tick'] as const) ref.send({ type })
    await clock.advance(0)
    expect(ref.state).toBe('waiting')
    expect(ref.load).toBe(1)
    await clock.advance(99)
    expect(ref.state).toBe('waiting')
    await clock.advance(1)
    expect(ref.state).toBe('running')
    expect(context(ref)).toEqual({ n: 2 })
    expect(events.map(({ type }) => type)).toEqual([
      'agent.spawned',
      'agent.failed',
      'message.deadLettered',
      'agent.restarted',
    ])
    expect(events[1]).toMatchObject({ state: 'counting', error: { message: 'broken' }, decision: { type: 'restart' } })
    expect(events[2]).toMatchObject({ message: { type: 'break' }, reason: 'agent failed' })
    expect(flock.stats()).toMatchObject({ failures: 1, restarts: 1, deadLetters: 1 })
  })

  it('begins anew where the policy says so', async () => {
    const { flock, clock } = await open({ onFailure: 'restart', from: 'start', baseDelayMs: 1 })
    const ref = flock.spawn(counter)
    for (const type of ['tick', 'break', 'tick', 'tick'] as const) ref.send({ type })
    await clock.advance(10)
    expect(context(ref)).toEqual({ n: 2 })
  })

  it('resumes as if the message had never come', async () => {
    const { flock, clock } = await open({ onFailure: 'resume' })
    const ref = flock.spawn(counter)
    for (const type of ['tick', 'break', 'tick'] as const) ref.send({ type })
    await clock.advance(0)
    expect(context(ref)).toEqual({ n: 2 })
  })

  it('waits longer each time, and ends after too many failures', async () => {
    const policy = { onFailure: 'restart', maxRestarts: 3, windowMs: 10_000, baseDelayMs: 100, jitter: 0 } as const
    const { flock, clock, events } = await open(policy)
    const ref = flock.spawn(counter)
    const ended = expect(ref.done).rejects.toThrow('broken')
    for (let n = 0; n < 4; n += 1) ref.send({ type: 'break' })
    await clock.advance(1_000)
    await ended
    const decisions = events.flatMap((event) => (event.type === 'agent.failed' ? [event.decision] : []))
    const restart = (delayMs: number): Decision => ({ type: 'restart', from: 'snapshot', delayMs })
    expect(decisions).toEqual([restart(100), restart(200), restart(400), { type: 'stop' }])
  })

  it('may fail again when the window has passed', async () => {
    const { flock, clock } = await open({ onFailure: 'restart', maxRestarts: 1, windowMs: 1_000, baseDelayMs: 1 })
    const ref = flock.spawn(counter)
    for (let n = 0; n < 5; n += 1) {
      ref.send({ type: 'break' })
      await clock.advance(1_100)
      expect(ref.state).toBe('running')
    }
  })

  it('continues with its timers and invoked work', async () => {
    const { flock, clock, report } = await open({ onFailure: 'restart', baseDelayMs: 10, jitter: 0 })
    const machine = setup({
      types: {} as { events: { type: 'break' } },
      actors: { wait: report.untilAborted.logic },
    }).createMachine({
      initial: 'a',
      states: {
        a: {
          invoke: { src: 'wait', input: null },
          after: { 100: 'b' },
          on: {
            break: {
              target: 'c',
              actions: () => {
                throw new Error('half-way')
              },
            },
          },
        },
        b: { type: 'final' },
        c: {},
      },
    })
    const begun = nextEvent(flock, 'activity.progress')
    const ref = flock.spawn(machine)
    await begun
    await clock.advance(50)
    const aborted = nextEvent(flock, 'activity.done')
    const begunAgain = nextEvent(flock, 'activity.progress')
    ref.send({ type: 'break' })
    await clock.advance(10)
    await aborted
    await begunAgain
    expect(ref.snapshot).toMatchObject({ value: 'a' })
    await clock.advance(39)
    expect(ref.state).toBe('running')
    await clock.advance(2)
    await ref.done
    expect(ref.snapshot).toMatchObject({ value: 'b' })
  })

  it('fails the question that it failed with, and answers those that wait', async () => {
    const { flock, clock } = await open({ onFailure: 'resume' })
    type Asks = Question<'ask', number, number>
    const doubler = behavior({
      role: 'doubler',
      initial: null,
      receive: (state: null, message: Asks, { reply }) => {
        reply(message, message.input * 2)
        return state
      },
    })
    const ref = flock.spawn(withCrashes(doubler, (_, count) => (count === 1 ? new Error('injected') : undefined)))
    const asked = Promise.allSettled([1, 2, 3].map((input) => ref.ask({ type: 'ask', input })))
    await clock.advance(0)
    expect(await asked).toMatchObject([{ value: 2 }, { reason: { message: 'injected' } }, { value: 6 }])
  })

  it('that fails while it starts is supervised too', async () => {
    const { flock, clock, events } = await open({ onFailure: 'restart', maxRestarts: 2, baseDelayMs: 1 })
    let starts = 0
    const machine = setup({}).createMachine({
      entry: () => {
        starts += 1
        if (starts < 3) throw new Error(`start ${starts}`)
      },
    })
    const ref = flock.spawn(machine)
    await clock.advance(100)
    expect(ref.state).toBe('running')
    expect(starts).toBe(3)
    expect(events.filter(({ type }) => type === 'agent.failed')).toHaveLength(2)
  })

  it('fails its parent where failures are escalated to it; children end with their parent', async () => {
    const { flock, clock } = await open({ onFailure: 'stop' })
    const parent = flock.spawn(counter, { id: 'parent' })
    const brother = flock.spawn(counter, { id: 'brother', parent })
    const child = flock.spawn(counter, { parent, supervision: { onFailure: 'escalate', escalateTo: 'parent' } })
    child.send({ type: 'break' })
    await clock.advance(0)
    await expect(child.done).rejects.toThrow('broken')
    await expect(parent.done).rejects.toThrow('broken')
    await expect(brother.done).rejects.toMatchObject({ code: 'SKEIN_AGENT_STOPPED' })
  })

  it.each([
    ['restart', 'running', { n: 0 }],
    ['resume', 'running', { n: 1 }],
    ['stop', 'ended', { n: 1 }],
    ['what?', 'ended', { n: 1 }],
  ] as const)('waits for a person, who says "%s"', async (answer, state, kept) => {
    const { flock, clock, memory } = await open({ onFailure: 'escalate' })
    const suspended = nextEvent(flock, 'agent.suspended')
    const opened = nextEvent(flock, 'escalation.opened')
    const ref = flock.spawn(counter, { id: 'ann' })
    ref.send({ type: 'tick' })
    ref.send({ type: 'break' })
    await suspended
    expect(ref.state).toBe('waiting')
    const { escalation } = await opened
    expect(escalation).toMatchObject({ task: 'agent/ann', reason: 'The agent "ann" failed: broken' })
    const next = state === 'running' ? nextEvent(flock, 'agent.restarted') : nextEvent(flock, 'agent.ended')
    await memory.as({ id: 'eve', role: 'support' }).escalations.answer(escalation.id, answer)
    await next
    await clock.advance(0)
    expect(ref.state).toBe(state)
    if (state === 'running') expect(context(ref)).toEqual(kept)
  })

  it('ends when its supervision throws', async () => {
    const { flock, clock } = await open(() => {
      throw new Error('bad supervision')
    })
    const ref = flock.spawn(counter)
    ref.send({ type: 'break' })
    await clock.advance(0)
    await expect(ref.done).rejects.toThrow('broken')
  })

  it.each([
    ['nothing', () => undefined],
    ['a promise', async () => ({ type: 'stop' })],
    ['a promise that rejects', async () => Promise.reject(new Error('late'))],
    ['an unknown word', () => ({ type: 'explode' })],
    ['a word alone', () => 'restart'],
    ['null', () => null],
    ['a restart from nowhere', () => ({ type: 'restart', delayMs: 1 })],
    ['a restart that never comes', () => ({ type: 'restart', from: 'start', delayMs: Number.NaN })],
    ['an escalation to nobody', () => ({ type: 'escalate', to: 'boss' })],
  ])('fails with a typed error when its supervision returns %s', async (_, supervision) => {
    const { flock, clock } = await open(supervision as never)
    const ref = flock.spawn(counter)
    ref.send({ type: 'break' })
    await clock.advance(0)
    await expect(ref.done).rejects.toMatchObject({
      code: 'SKEIN_SUPERVISION',
      agent: ref.id,
      cause: expect.objectContaining({ message: expect.stringContaining('broken') }),
    })
  })

  it.each([
    [{ onFailure: 'explode' }, 'onFailure'],
    [{ maxRestarts: -1 }, 'maxRestarts'],
    [{ jitter: 2 }, 'jitter'],
    [{ windowMs: Number.NaN }, 'windowMs'],
  ])('with %j is refused', async (policy, option) => {
    const { flock } = await openFlock()
    expect(() => flock.spawn(counter, { supervision: policy as never })).toThrow(`\`${option}\``)
    expect(flock.role('agent').agents).toHaveLength(0)
  })
})

describe('decisions', () => {
  const failure = fc.record<Failure>({
    agent: fc.constant('a'),
    error: fc.constant(new Error('x')),
    earlier: fc.array(fc.double({ min: 0, max: 200_000, noNaN: true }), { maxLength: 20 }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it('allow no more restarts in a window than they say, and wait no longer', () => {
    const policy = fc.record({
      maxRestarts: fc.integer({ min: 0, max: 10 }),
      windowMs: fc.integer({ min: 1, max: 100_000 }),
      baseDelayMs: fc.integer({ min: 0, max: 1_000 }),
      maxDelayMs: fc.integer({ min: 0, max: 20_000 }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(policy, failure, (settings, failed) => {
        const decision = resolveSupervision({ onFailure: 'restart', ...settings })(failed)
        const recent = failed.earlier.filter((ms) => ms < settings.windowMs).length
        if (recent >= settings.maxRestarts) return decision.type === 'stop'
        if (decision.type !== 'restart') return false
        const full = Math.min(settings.baseDelayMs * 2 ** recent, settings.maxDelayMs)
        return decision.delayMs <= full && decision.delayMs >= full * (1 - settings.jitter) - 1e-9
      }),
    )
  })
})
