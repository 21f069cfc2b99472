import { setTimeout as pause } from 'node:timers/promises'

import { createFlock, durable, listAgentHosts, refuse, reply } from '@skein/core'
import type { AgentHost, Flock, FlockOptions, Question } from '@skein/core'
import type { HostOptions } from '@skein/core/types'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { assign, createMachine, emit, fromPromise, setup } from 'xstate'

type Count = { readonly type: 'count' }
type Total = Question<'total', undefined, number>
type Fail = Question<'fail'>
type Fetch = Question<'fetch', undefined, number>

/** Counts, and answers how often. */
const tally = durable(
  setup({
    types: {} as { context: { n: number }; input: { from: number } | undefined; events: Count | Total | Fail },
  }).createMachine({
    context: ({ input }) => ({ n: input?.from ?? 0 }),
    on: {
      count: { actions: assign({ n: ({ context }) => context.n + 1 }) },
      total: { actions: emit(({ context, event }) => reply(event, context.n)) },
      fail: { actions: emit(({ event }) => refuse(event, new RangeError('no'))) },
    },
  }),
  { name: 'tally', mailbox: 'durable' },
)

async function open(): Promise<Memory> {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return memory
}

/** A flock of its own, as another process would have. */
async function flockOn(memory: Memory, options: Partial<FlockOptions> = {}): Promise<Flock> {
  const flock = await createFlock({ memory, ...options })
  onTestFinished(() => flock.close())
  return flock
}

/** Resolves when a condition on what hosts run holds: what a host takes is no event of the others. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5)
}

async function hosting(memory: Memory, options: HostOptions = {}): Promise<AgentHost> {
  const flock = await flockOn(memory)
  return flock.host([tally], options)
}

describe('a hosted agent', () => {
  it('is created by one flock, run by another, and answers', async () => {
    const memory = await open()
    const caller = await flockOn(memory)
    const votes = await caller.spawnHosted(tally, { id: 'votes', input: { from: 40 } })
    await votes.post({ type: 'count' })
    const asked = votes.ask({ type: 'total' })
    const host = await hosting(memory)
    expect(await asked).toBe(41)
    expect(host.agents.map(({ id }) => id)).toEqual(['votes'])
    await votes.post({ type: 'count' })
    expect(await caller.hosted(tally, 'votes').ask({ type: 'total' })).toBe(42)
    await expect(votes.ask({ type: 'fail' })).rejects.toThrow(new RangeError('no'))
  })

  it('is created once, whoever asks for it', async () => {
    const memory = await open()
    await hosting(memory)
    const caller = await flockOn(memory)
    await caller.spawnHosted(tally, { id: 'votes', input: { from: 1 } })
    const again = await caller.spawnHosted(tally, { id: 'votes', input: { from: 2 } })
    expect(await again.ask({ type: 'total' })).toBe(1)
  })

  it('says what is wrong when it is not there', async () => {
    const memory = await open()
    const caller = await flockOn(memory)
    const unknown = { code: 'SKEIN_AGENT_UNKNOWN', agent: 'nobody' }
    const nobody = caller.hosted(tally, 'nobody')
    await expect(nobody.post({ type: 'count' })).rejects.toMatchObject(unknown)
    await expect(nobody.ask({ type: 'total' })).rejects.toMatchObject(unknown)
    const volatile = durable(tally, { name: 'volatile' })
    expect(() => caller.hosted(volatile, 'x')).toThrow(expect.objectContaining({ option: 'mailbox' }) as Error)
    await caller.spawnHosted(tally, { id: 'alone' })
    const late = caller.hosted(tally, 'alone').ask({ type: 'total' }, { timeoutMs: 20 })
    await expect(late).rejects.toMatchObject({ code: 'SKEIN_ASK_TIMEOUT' })
  })
})

describe('a question to a hosted agent that ends', () => {
  /** Ends when it is told; takes a question, and answers none. */
  const closing = durable(
    setup({
      types: {} as {
        events: { type: 'end' } | Question<'open', undefined, boolean> | Question<'last', undefined, string>
      },
    }).createMachine({
      initial: 'here',
      states: {
        here: {
          on: {
            end: 'gone',
            open: {},
            last: { target: 'gone', actions: emit(({ event }) => reply(event, 'bye')) },
          },
        },
        gone: { type: 'final' },
      },
    }),
    { name: 'closing', mailbox: 'durable' },
  )
  const stopped = { code: 'SKEIN_AGENT_STOPPED', agent: 'c' }
  const forever = { timeoutMs: Number.POSITIVE_INFINITY }

  async function openClosing() {
    const memory = await open()
    const caller = await flockOn(memory)
    const agent = await caller.spawnHosted(closing, { id: 'c' })
    return { memory, caller, agent, host: async () => (await flockOn(memory)).host([closing]) }
  }

  it('fails when it has ended, also for a handle that has known it', async () => {
    const { agent, host, caller } = await openClosing()
    const first = await host()
    await agent.post({ type: 'end' })
    await until(() => first.agents.length === 0)
    await expect(agent.ask({ type: 'open' }, forever)).rejects.toMatchObject(stopped)
    await expect(caller.hosted(closing, 'c').ask({ type: 'open' }, forever)).rejects.toMatchObject(stopped)
  })

  it('fails when it still waits in the mailbox, and when it was taken', async () => {
    const { agent, host } = await openClosing()
    await agent.post({ type: 'end' })
    const waiting = agent.ask({ type: 'open' }, forever)
    await host()
    await expect(waiting).rejects.toMatchObject(stopped)
  })

  it('is answered by what it says last', async () => {
    const { agent, host } = await openClosing()
    const unanswered = agent.ask({ type: 'open' }, forever)
    const last = agent.ask({ type: 'last' }, forever)
    await host()
    expect(await last).toBe('bye')
    await expect(unanswered).rejects.toMatchObject(stopped)
  })
})

describe('hosts', () => {
  const ids = Array.from({ length: 60 }, (_, index) => `t${index}`)

  async function spawnAll(memory: Memory): Promise<Flock> {
    const caller = await flockOn(memory)
    await Promise.all(ids.map((id) => caller.spawnHosted(tally, { id })))
    return caller
  }

  it('share the agents, and those move that are idle when a host joins or leaves', async () => {
    const memory = await open()
    const caller = await spawnAll(memory)
    const first = await hosting(memory)
    await until(() => first.agents.length === ids.length)
    const second = await hosting(memory)
    await until(() => first.agents.length + second.agents.length === ids.length && second.agents.length > 10)
    expect((await listAgentHosts(memory)).hosts.map(({ id }) => id)).toEqual([first.id, second.id].toSorted())
    const totals = ids.map(async (id) => {
      const agent = caller.hosted(tally, id)
      await agent.post({ type: 'count' })
      return agent.ask({ type: 'total' })
    })
    const drained = first.drain()
    expect(await Promise.all(totals)).toEqual(ids.map(() => 1))
    await drained
    await until(() => second.agents.length === ids.length)
    expect(first.agents).toEqual([])
    expect((await listAgentHosts(memory)).hosts.map(({ id }) => id)).toEqual([second.id])
  })

  it('keep agents that are at work until they are idle', async () => {
    const memory = await open()
    const caller = await flockOn(memory)
    const gate = Promise.withResolvers<number>()
    const worker = durable(
      setup({
        types: {} as { events: Fetch },
        actors: { wait: fromPromise(() => gate.promise) },
      }).createMachine({
        initial: 'idle',
        context: { asked: undefined as Fetch | undefined },
        states: {
          idle: { on: { fetch: { target: 'working', actions: assign({ asked: ({ event }) => event }) } } },
          working: {
            invoke: {
              src: 'wait',
              onDone: {
                target: 'idle',
                actions: emit(({ context, event }) => reply(context.asked as Fetch, event.output)),
              },
            },
          },
        },
      }),
      { name: 'worker', mailbox: 'durable' },
    )
    const first = await (await flockOn(memory)).host([worker])
    const asked = (await caller.spawnHosted(worker, { id: 'w' })).ask({ type: 'fetch' })
    await until(() => (first.agents[0]?.snapshot as { value?: unknown } | undefined)?.value === 'working')
    const second = await (await flockOn(memory)).host([worker])
    const drained = first.drain()
    await until(() => second.agents.length + first.agents.length === 1)
    expect(first.agents.length).toBe(1)
    gate.resolve(7)
    expect(await asked).toBe(7)
    await drained
    await until(() => second.agents.length === 1)
  })

  it('leave agents to each other that fit only one of their versions', async () => {
    const memory = await open()
    const caller = await flockOn(memory)
    const old = await hosting(memory)
    const votes = await caller.spawnHosted(tally, { id: 'votes' })
    await votes.post({ type: 'count' })
    // It takes no state that was saved by version 1.
    const next = durable(createMachine({ initial: 'other', states: { other: {} } }), {
      name: 'tally',
      mailbox: 'durable',
      version: 2,
    })
    const other = await (await flockOn(memory)).host([next])
    await until(() => other.refused.has('votes') && old.agents.length === 1)
    expect(other.refused.get('votes')).toMatchObject({ code: 'SKEIN_AGENT_VERSION' })
    expect(await votes.ask({ type: 'total' })).toBe(1)
  })

  it('take an agent back whose lease was lost, without looking at all agents', async () => {
    const { driver, faults } = faultyStore(mapStore())
    const memory = await openMemory({ store: driver })
    onTestFinished(() => memory.close())
    const leaseMs = 100
    const brief = durable(tally, { name: 'tally', mailbox: 'durable', leaseMs })
    const flock = await flockOn(memory)
    const resumed = (): Promise<unknown> => new Promise((resolve) => flock.on('agent.resumed', resolve))
    const caller = await flockOn(memory)
    const first = resumed()
    const host = await flock.host([brief])
    const votes = await caller.spawnHosted(brief, { id: 'votes' })
    await first
    await votes.post({ type: 'count' })
    await votes.ask({ type: 'total' })
    const lost = host.agents[0]?.done
    const again = resumed()
    // Agents that are saved are listed by queries alone.
    faults.fail('query', { collection: 'agents', times: Number.POSITIVE_INFINITY })
    // The event loop stalls for longer than the agent's lease lasts, and not as long as the host's.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * leaseMs)
    await expect(lost).rejects.toMatchObject({ code: 'SKEIN_AGENT_LOST' })
    await again
    expect(await votes.ask({ type: 'total' })).toBe(1)
  })

  it('take no more than their cap; the rest waits for another one', async () => {
    const memory = await open()
    await spawnAll(memory)
    const small = await hosting(memory, { cap: 20 })
    await until(() => small.agents.length === 20 && small.waiting === 40)
    const { hosts, definitions } = await listAgentHosts(memory)
    expect(hosts).toMatchObject([{ id: small.id, cap: 20, isDraining: false }])
    expect(definitions).toEqual([{ name: 'tally', agents: 60, running: 20, waiting: 40 }])
    const large = await hosting(memory)
    await until(() => small.agents.length === 20 && large.agents.length === 40)
    expect(small.agents.length).toBe(20)
  })
})
