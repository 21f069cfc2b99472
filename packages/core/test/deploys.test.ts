import { agent, checkMigration, createFlock, durable } from '@skein/core'
import type { AgentMisfitError, AgentRef, DurableDefinition, Flock } from '@skein/core'
import { virtualClock } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from '../../sqlite/test/temporary.ts'
import { anyMachine } from './fixtures/any-machine.ts'
import { deployCases } from './fixtures/deploy-cases.ts'
import type { DeployCase } from './fixtures/deploy-cases.ts'
import { finish, machineOf } from './fixtures/deploy-machines.ts'

type Clock = ReturnType<typeof virtualClock>

const openProcess = async (memory: Memory, clock: Clock): Promise<Flock> => {
  const flock = await createFlock({ memory, threads: 1, clock, supervision: { onFailure: 'restart', jitter: 0 } })
  onTestFinished(() => flock.close())
  return flock
}

const savedAs = (memory: Memory) => memory.as({ id: 'order', role: 'order' }).agents.load()

/** Brings the agent to its end. */
async function end(flock: Flock, clock: Clock, steps: DeployCase['steps'], ends: unknown): Promise<void> {
  const ref = flock.agent('order') as AgentRef
  for (const step of steps) {
    if ('send' in step) ref.send({ type: step.send })
    if ('finish' in step) finish(step.finish, 'paid')
    await clock.advance('passMs' in step ? step.passMs : 0)
  }
  await ref.done
  const { value, context } = ref.snapshot as unknown as { value: unknown; context: unknown }
  expect(context).toMatchObject({ paid: 100 })
  expect(value).toEqual(ends)
}

const stores: Readonly<Record<string, () => StoreDriver>> = {
  mapStore: () => mapStore(),
  SQLite: () => sqliteStore(temporaryPath()),
}

describe.each(Object.keys(stores))('a saved agent in %s, when', (name) => {
  it.each(deployCases)('$change: is resumed, or refused and goes on after a rollback', async (one) => {
    const { from, events = [], to, migrate, becomes, steps, ends = 'done' } = one
    const clock = virtualClock()
    await using memory = await openMemory({ store: (stores[name] as () => StoreDriver)() })
    const first = durable(machineOf(from), { name: 'order' })
    const next = durable(machineOf(to), { name: 'order', ...(migrate && { version: 2, migrate: migrate as never }) })
    const monday = await openProcess(memory, clock)
    const ref = await monday.spawnDurable(first, { id: 'order' })
    for (const type of events) ref.send({ type })
    await clock.advance(0)
    await monday.close()
    const saved = await savedAs(memory)

    const tuesday = await openProcess(memory, clock)
    const report = await tuesday.resume([next as DurableDefinition<never>])
    if (becomes === 'resumed') {
      expect(report).toMatchObject({ taken: [], refused: [], resumed: [{ id: 'order' }] })
      await end(tuesday, clock, steps, ends)
      return
    }
    expect(report).toMatchObject({
      resumed: [],
      taken: [],
      refused: [{ id: 'order', error: { code: 'SKEIN_AGENT_MISFIT', agent: 'order' } }],
    })
    const misfits = report.refused.flatMap(({ error }) => (error as AgentMisfitError).misfits)
    expect(misfits.map(({ path }) => path)).toContain(becomes.refused)
    await tuesday.close()
    expect(await savedAs(memory)).toEqual(saved)

    const rollback = await openProcess(memory, clock)
    expect(await rollback.resume([first])).toMatchObject({ refused: [], resumed: [{ id: 'order' }] })
    await end(rollback, clock, steps, ends)
  })
})

it('a saved agent of any machine is resumed by the same machine, and by one with another id', async () => {
  const clock = virtualClock()
  await using memory = await openMemory({ store: mapStore() })
  const flock = await openProcess(memory, clock)
  let made = 0
  await fc.assert(
    fc.asyncProperty(anyMachine, async ({ release, events }) => {
      const id = `any-${(made += 1)}`
      const machine = machineOf(release)
      const ref = await flock.spawnDurable(durable(machine, { name: 'any' }), { id })
      const { events: taken } = machine as unknown as { readonly events: readonly string[] }
      for (const type of events.filter((one) => taken.includes(one))) ref.send({ type })
      await clock.advance(0)
      ref.stop()
      await ref[Symbol.asyncDispose]()
      const saved = await memory.as({ id, role: 'any' }).agents.load()
      for (const next of [release, { ...release, id: 'other' }]) {
        const [checked] = checkMigration(durable(machineOf(next), { name: 'any' }) as DurableDefinition<never>, [saved])
        expect(checked?.error).toBeUndefined()
        expect(checked?.outcome).toBe('resumes')
      }
    }),
    { numRuns: 300 },
  )
})

it('an agent that works on a message goes on with it, when the next release gives it other abilities before that one', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const release = async (
    ...types: readonly string[]
  ): Promise<{ flock: Flock; definition: DurableDefinition<never> }> => {
    const flock = await openProcess(memory, virtualClock())
    const { whenOpen } = flock.activities<typeof import('./fixtures/release-activities.ts')>(
      new URL('./fixtures/release-activities.ts', import.meta.url),
    )
    const on = Object.fromEntries(types.map((type) => [type, whenOpen]))
    return { flock, definition: durable(agent({ role: 'worker', on }), { name: 'worker' }) as DurableDefinition<never> }
  }
  const first = await release('work.on', '#2')
  const started = new Promise((resolve) => first.flock.on('activity.started', resolve))
  const ref = await first.flock.spawnDurable(first.definition, { id: 'w' })
  ref.send({ type: 'work.on', input: 'runs' } as never)
  await started
  await first.flock.close()
  const next = await release('first', '#2', '__proto__', 'work.on')
  const [again] = (await next.flock.resume([next.definition])).resumed
  const state = (): unknown => (again?.snapshot as { value?: unknown } | undefined)?.value
  expect(state()).toEqual({ working: 'work%2eon' })
  await memory.as({ id: 'test', role: 'test' }).facts.set('open', true)
  while (state() !== 'idle') await new Promise(setImmediate)
  await next.flock.close()
  const without = await release('first')
  expect(await without.flock.resume([without.definition])).toMatchObject({ resumed: [{ id: 'w' }] })
})

it('an agent that can’t be resumed does not begin anew, whatever its supervision', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const clock = virtualClock()
  const release = (state: string) => durable(machineOf({ initial: state, states: { [state]: {} } }), { name: 'order' })
  const flock = await openProcess(memory, clock)
  const ref = await flock.spawnDurable(release('waiting'), { id: 'order' })
  await ref[Symbol.asyncDispose]()
  const saved = await savedAs(memory)
  for (const supervision of [
    { onFailure: 'restart', from: 'start' },
    { onFailure: 'resume' },
    { onFailure: 'stop' },
  ] as const) {
    const { refused } = await flock.resume([release('pending')] as never, { supervision })
    expect(refused).toMatchObject([{ id: 'order', error: { code: 'SKEIN_AGENT_MISFIT' } }])
    const spawned = flock.spawnDurable(release('pending'), { id: 'order', supervision })
    await expect(spawned).rejects.toMatchObject({ code: 'SKEIN_AGENT_MISFIT' })
    await clock.advance(60_000)
  }
  expect(await savedAs(memory)).toEqual(saved)
})
