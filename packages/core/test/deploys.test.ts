import { createFlock, durable } from '@skein/core'
import type { AgentMisfitError, AgentRef, DurableDefinition, Flock } from '@skein/core'
import { virtualClock } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from '../../sqlite/test/temporary.ts'
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
