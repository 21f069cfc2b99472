import { behavior, checkMigration, createFlock, durable } from '@skein/core'
import type { DurableDefinition } from '@skein/core'
import type { CheckedAgent, DurableOptions } from '@skein/core/types'
import { mapStore, openMemory } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import { describe, expect, it } from 'vitest'
import { createActor, createMachine } from 'xstate'
import type { AnyActorLogic } from 'xstate'

import type { SavedTimer } from '../src/machine/machine-timers.ts'
import { deployCases } from './fixtures/deploy-cases.ts'
import { machineOf } from './fixtures/deploy-machines.ts'

const waitingIn = (state: string): AnyActorLogic =>
  createMachine({ context: { n: 1 }, initial: state, states: { [state]: { after: { 60_000: 'done' } }, done: {} } })

const define = (logic: AnyActorLogic, options: Partial<DurableOptions> = {}): DurableDefinition<never> =>
  durable(logic, { name: 'order', ...options }) as DurableDefinition<never>

const snapshotOf = (logic: AnyActorLogic): unknown => {
  const actor = createActor(logic).start()
  const snapshot = actor.getPersistedSnapshot()
  actor.stop()
  return JSON.parse(JSON.stringify(snapshot))
}

/** An agent that a flock has saved, as the memory shows it. */
const savedRecord = async (
  definition: DurableDefinition<never>,
  events: readonly string[] = [],
): Promise<AnyRecord> => {
  await using memory = await openMemory({ store: mapStore() })
  await using flock = await createFlock({ memory, threads: 1 })
  const ref = await flock.spawnDurable(definition, { id: 'o1' })
  for (const type of events) ref.send({ type } as never)
  await flock.close()
  const { items } = await memory.as({ id: 'test', role: 'test' }).records.list({ collection: 'agents' })
  return items[0] as AnyRecord
}

const codes = (checked: readonly CheckedAgent[]): unknown[] =>
  checked.map(({ outcome, error }) => error?.code ?? outcome)

describe('checkMigration', () => {
  it('says of saved agents what would become of them, in any form in which people have them', async () => {
    const record = await savedRecord(define(waitingIn('waiting')))
    const form = record.value
    const saved = [record, { definition: 'order', id: 'o2', state: form }, form, snapshotOf(waitingIn('waiting'))]
    expect(checkMigration(define(waitingIn('waiting')), saved)).toEqual([
      { agent: 'o1', outcome: 'resumes', version: 1 },
      { agent: 'o2', outcome: 'resumes', version: 1 },
      { agent: undefined, outcome: 'resumes', version: 1 },
      { agent: undefined, outcome: 'resumes', version: 1 },
    ])
    const refused = checkMigration(define(waitingIn('pending')), saved)
    expect(codes(refused)).toEqual(Array.from({ length: 4 }, () => 'SKEIN_AGENT_MISFIT'))
    expect(refused[0]?.error).toMatchObject({ agent: 'o1', misfits: [{ path: 'value' }] })
    const next = define(waitingIn('pending'), { version: 2 })
    expect(codes(checkMigration(next, saved, { version: 1 }))).toEqual(
      Array.from({ length: 4 }, () => 'SKEIN_AGENT_VERSION'),
    )
  })

  it('runs migrate on copies', async () => {
    const record = await savedRecord(define(waitingIn('waiting')))
    const before = JSON.stringify(record)
    const migrate = (snapshot: { value: string }): unknown => {
      snapshot.value = 'pending'
      return snapshot
    }
    const next = define(waitingIn('pending'), { version: 2, migrate })
    const saved = [record, { ...(record.value as object), version: 2 }]
    expect(codes(checkMigration(next, saved))).toEqual(['migrates', 'SKEIN_AGENT_MISFIT'])
    expect(JSON.stringify(record)).toBe(before)
  })

  it('says of agents that have ended that they have, whatever the definition', async () => {
    const ended = createMachine({ initial: 'a', states: { a: { type: 'final' } } })
    const record = await savedRecord(define(ended))
    expect(codes(checkMigration(define(waitingIn('pending'), { version: 7 }), [record]))).toEqual(['ended'])
  })

  it('refuses the state of a behavior for a machine, and that of a machine for a behavior', async () => {
    const light = (options: Partial<DurableOptions> = {}): DurableDefinition<never> =>
      durable(behavior({ role: 'order', initial: 7, receive: (n) => n }), { name: 'order', ...options }) as never
    const [machine, state] = [await savedRecord(define(waitingIn('waiting'))), await savedRecord(light())]
    expect(codes(checkMigration(light(), [machine, state]))).toEqual(['SKEIN_AGENT_MISFIT', 'resumes'])
    expect(codes(checkMigration(define(waitingIn('waiting')), [machine, state]))).toEqual([
      'resumes',
      'SKEIN_AGENT_MISFIT',
    ])
    const migrations: readonly [(n: number) => unknown, string][] = [
      [(n) => n + 1, 'migrates'],
      [() => null, 'migrates'],
      [() => undefined, 'SKEIN_AGENT_MISFIT'],
      [async (n) => n, 'SKEIN_AGENT_MISFIT'],
      [() => new Date(), 'SKEIN_AGENT_MISFIT'],
    ]
    for (const [migrate, code] of migrations) {
      expect(codes(checkMigration(light({ version: 2, migrate }), [state]))).toEqual([code])
    }
  })

  it('resumes what earlier versions of Skein saved, which did not say what the states waited for', async () => {
    for (const { change, from, events } of deployCases) {
      const { value } = await savedRecord(define(machineOf(from)), events)
      const { version, saved } = value as { version: number; saved: { snapshot: unknown; timers: SavedTimer[] } }
      // Nor whether an event is to come that nobody takes: that would be refused.
      if (JSON.stringify(saved).includes('"nobody"')) continue
      const timers = saved.timers.map(({ source, target, event, id, dueAt }) => ({ source, target, event, id, dueAt }))
      const form = { version, saved: { ...saved, timers } }
      expect([change, ...codes(checkMigration(define(machineOf(from)), [form]))]).toEqual([change, 'resumes'])
    }
  })

  it('refuses what earlier versions of Skein saved, where it can tell', async () => {
    const told = new Set([
      'its state is renamed',
      'its delay is changed',
      'the source of its invoke is renamed',
      'an invoke of the same source is inserted before its own',
    ])
    for (const { from, to } of deployCases.filter(({ change }) => told.has(change))) {
      const { version, saved } = (await savedRecord(define(machineOf(from)))).value as {
        version: number
        saved: unknown
      }
      expect(codes(checkMigration(define(machineOf(to)), [{ version, saved }]))).toEqual(['SKEIN_AGENT_MISFIT'])
    }
  })

  it.each([
    ['nothing', undefined],
    ['a number', 7],
    ['an empty object', {}],
    ['a record of something else', { collection: 'facts', id: 'x', value: { status: 'active' } }],
    ['an agent without a state', { collection: 'agents', id: 'x', value: null }],
  ])('refuses %s', (_, value) => {
    expect(() => checkMigration(define(waitingIn('a')), [value])).toThrow(
      expect.objectContaining({ code: 'SKEIN_OPTION', option: 'saved[0]' }),
    )
  })

  it('refuses what is no definition, no list, no version', () => {
    const definition = define(waitingIn('a'))
    const option = (name: string): unknown => expect.objectContaining({ code: 'SKEIN_OPTION', option: name })
    expect(() => checkMigration(waitingIn('a') as never, [])).toThrow(option('definition'))
    expect(() => checkMigration(undefined as never, [])).toThrow(option('definition'))
    expect(() => checkMigration(definition, {} as never)).toThrow(option('saved'))
    expect(() => checkMigration(definition, [], { version: 0 })).toThrow(option('version'))
  })
})
