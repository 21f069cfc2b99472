import { behavior } from '@skein/core'
import type { FlockEvent, Message } from '@skein/core'
import { mapStore } from '@skein/memory'
import { describe, expect, expectTypeOf, it } from 'vitest'

import { nextWarning, openFlock } from './open-flock.ts'

const counter = behavior<number, Message>({ role: 'counter', initial: 0, receive: (count) => count + 1 })

describe('flock.on', () => {
  it('calls back on every event, in order', async () => {
    const { flock } = await openFlock()
    const seen: string[] = []
    flock.on((event) => {
      expectTypeOf(event).toEqualTypeOf<FlockEvent>()
      seen.push(event.type)
    })
    const ref = flock.spawn(counter)
    ref.send({ type: 'tick' })
    ref.stop()
    expect(seen).toEqual(['agent.spawned', 'message.deadLettered', 'agent.ended'])
  })

  it('calls back on the events of one name only, typed by it', async () => {
    const { flock } = await openFlock()
    const reasons: string[] = []
    flock.on('message.deadLettered', (event) => {
      expectTypeOf(event.type).toEqualTypeOf<'message.deadLettered'>()
      reasons.push(`${event.agent}: ${event.reason}`)
    })
    const ref = flock.spawn(counter)
    ref.send({ type: 'tick' })
    ref.stop()
    expect(reasons).toEqual(['counter-1: agent ended'])
  })

  it('returns a function that stops the listener', async () => {
    const { flock } = await openFlock()
    const seen: string[] = []
    const stops = [flock.on(({ type }) => seen.push(type)), flock.on('agent.spawned', ({ agent }) => seen.push(agent))]
    flock.spawn(counter)
    expect(seen).toEqual(['agent.spawned', 'counter-1'])
    for (const stop of stops) stop()
    flock.spawn(counter)
    expect(seen).toHaveLength(2)
  })

  it.each(['*', 'agent.spawned'] as const)(
    'a listener (%s) that throws harms neither the flock nor other listeners',
    async (name) => {
      const { flock, report } = await openFlock(mapStore(), { threads: 1 })
      const bad = (): never => {
        throw new Error('bad listener')
      }
      const seen: string[] = []
      const warned = nextWarning()
      if (name === '*') flock.on(bad)
      else flock.on(name, bad)
      flock.on(({ type }) => seen.push(type))
      flock.on('agent.spawned', ({ agent }) => seen.push(agent))
      const ref = flock.spawn(counter)
      expect((await warned).message).toBe('bad listener')
      expect(seen).toEqual(['agent.spawned', 'counter-1'])
      expect(ref.state).toBe('running')
      expect(await report.double(2)).toBe(4)
    },
  )
})

describe('flock.stats', () => {
  it('counts what the events report', async () => {
    const { flock, report, events } = await openFlock(mapStore(), { threads: 1 })
    await report.sharedSquare(2)
    await report.sharedSquare(2)
    const [done, reused] = ['activity.done', 'activity.reused'].map((type) =>
      events.find((event) => event.type === type),
    )
    expect(done).toMatchObject({ activity: 'sharedSquare', used: { calls: 0, ms: expect.any(Number) } })
    expect(reused).toMatchObject({ activity: 'sharedSquare', saved: { calls: 0, ms: expect.any(Number) } })
    expect(flock.stats()).toMatchObject({ activities: 1, reusedActivities: 1, failures: 0, deadLetters: 0 })
  })
})
