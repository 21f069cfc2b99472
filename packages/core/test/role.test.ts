import { agent } from '@skein/core'
import type { Message } from '@skein/core'
import type { QuestionsFor } from '@skein/core/types'
import { describe, expect, it } from 'vitest'
import { assign, setup } from 'xstate'
import { deadLetters, probe } from '@skein/core/testing'

import { openFlock, settled } from './open-flock.ts'

/** Takes `go` only once; then `enter`s. */
const gate = setup({
  types: {} as { context: { entered: number }; events: { type: 'go' } | { type: 'enter' } },
}).createMachine({
  context: { entered: 0 },
  initial: 'shut',
  states: {
    shut: { on: { go: 'open' } },
    open: { on: { enter: { actions: assign({ entered: ({ context }) => context.entered + 1 }) } } },
  },
})

describe('a role', () => {
  it('sends a message to its least busy agent', async () => {
    const { flock, report } = await openFlock()
    const definition = agent({ role: 'worker', on: { nap: report.nap } })
    flock.spawn(definition)
    flock.spawn(definition)
    const workers = flock.role<QuestionsFor<{ nap: typeof report.nap }>>('worker')
    const naps = Array.from({ length: 4 }, () => workers.ask({ type: 'nap', input: 1 }))
    expect(workers.agents.map((one) => one.load)).toEqual([2, 2])
    await Promise.all(naps)
    await expect(flock.role('nobody').ask({ type: 'x', input: null } as never)).rejects.toThrow('role')
  })

  it('routes round-robin, by load, or by key', async () => {
    const { flock } = await openFlock()
    const probes = [1, 2, 3].map((n) => probe(flock, { id: `p${n}`, role: 'reader' }))
    const round = flock.role('reader', { route: 'round-robin' })
    for (let n = 0; n < 6; n += 1) round.send({ type: `m${n}` })
    await settled()
    expect(probes.map(({ messages }) => messages.length)).toEqual([2, 2, 2])

    type Keyed = Message & { readonly key: string }
    const keyed = flock.role<Keyed>('reader', { route: ({ key }) => key })
    for (let n = 0; n < 300; n += 1) keyed.send({ type: 'k', key: `key ${n % 30}` })
    await settled()
    const keysOf = (messages: readonly Message[]): Set<string> =>
      new Set(messages.flatMap((message) => ('key' in message ? [message.key as string] : [])))
    const keys = probes.map(({ messages }) => keysOf(messages))
    expect(keys.reduce((all, { size }) => all + size, 0)).toBe(30)
    expect(keys.every(({ size }) => size > 0)).toBe(true)

    // When one goes, only its keys move.
    const before = keysOf(probes[0]?.messages ?? [])
    probes[2]?.ref.stop()
    for (let n = 0; n < 30; n += 1) keyed.send({ type: 'k', key: `key ${n}` })
    await settled()
    const after = keysOf(probes[0]?.messages ?? [])
    expect([...before].every((key) => after.has(key))).toBe(true)
    expect(() => flock.role('reader', { route: 'random' as never })).toThrow('`route`')
  })

  it('publishes to all its agents, as the flock does to all that take the message', async () => {
    const { flock, report } = await openFlock()
    const probes = [1, 2].map((n) => probe(flock, { id: `p${n}`, role: 'reader' }))
    const double = agent({ role: 'worker', on: { double: report.double } })
    flock.spawn(double)
    flock.spawn(gate)
    expect(flock.role('reader').publish({ type: 'news' })).toBe(2)
    expect(flock.publish({ type: 'go' })).toBe(3)
    await settled()
    expect(probes.map(({ messages }) => messages.map(({ type }) => type))).toEqual([
      ['news', 'go'],
      ['news', 'go'],
    ])
    expect(flock.publish({ type: 'double', input: 1 } as Message)).toBe(3)
    type Doubles = QuestionsFor<{ double: typeof report.double }>
    expect(await flock.role<Doubles>('worker').ask({ type: 'double', input: 21 })).toBe(42)
  })

  it('dead-letters what an agent refuses', async () => {
    const { flock } = await openFlock()
    const letters = deadLetters(flock)
    letters.expectNone()
    flock.spawn(gate, { mailbox: { capacity: 1 } })
    flock.publish({ type: 'enter' })
    expect(flock.publish({ type: 'enter' })).toBe(0)
    expect(() => letters.expectNone()).toThrow('agent-1: {"type":"enter"} (refused)')
  })
})
