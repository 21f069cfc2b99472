import { encodeJson } from '@skein/memory/runtime'
import { createActor } from 'xstate'
import type { AnyActorLogic, AnyActorRef, Snapshot } from 'xstate'

import type { SavedMachine } from '../machine/machine-host.ts'
import { AgentMisfitError, AgentVersionError } from './durable-errors.ts'
import type { DurableDefinition } from './durable.ts'
import { MachineFit } from './fit-machine.ts'
import type { Misfit } from './misfit.ts'
import type { SavedForm } from './saved-form.ts'
import type { NamedTimer } from './saved-layout.ts'
import type { SavedSnapshot } from './saved-snapshot.ts'

/** A saved state, ready to continue from. */
export interface FittedState {
  /** `undefined` where the agent has to begin again. */
  readonly saved: unknown
  /** Whether `migrate` converted it. */
  readonly isMigrated: boolean
}

/**
 * The saved state of an agent as its present definition continues from it: migrated, and with the present ids of
 * everything that it waits for. Pure, but for what `migrate` does.
 *
 * @throws AgentVersionError when another version saved it, and there is no `migrate` for it.
 * @throws AgentMisfitError when the definition can't continue from it.
 */
export function fitSaved(agent: string, definition: DurableDefinition, form: SavedForm): FittedState {
  if (form.saved === undefined) return { saved: undefined, isMigrated: false }
  const { logic } = definition
  const isMachine = typeof form.saved === 'object' && form.saved !== null && 'snapshot' in form.saved
  if (isMachine !== (logic !== undefined)) {
    const what = isMachine ? 'it was XState logic, and is a behavior now' : 'it was a behavior, and is XState logic now'
    throw new AgentMisfitError(agent, [{ path: 'the state', what, remedy: 'Give the new definition another name.' }])
  }
  const isMigrated = form.version !== definition.durable.version
  const state = isMigrated ? migrated(agent, definition, form) : form.saved
  if (isMigrated) requireJson(agent, state)
  return { saved: logic ? fitLogic(agent, logic as AnyActorLogic, state as SavedMachine, form) : state, isMigrated }
}

/** The state as `migrate` converts it. A machine's snapshot has its timers beside it there. */
function migrated(agent: string, { durable }: DurableDefinition, { saved, version }: SavedForm): unknown {
  const { migrate } = durable
  if (!migrate || version > durable.version) throw new AgentVersionError(agent, version, durable.version)
  const { snapshot, timers, state } = saved as Partial<SavedMachine> & { readonly state?: unknown }
  const isMachine = snapshot !== undefined
  const given = isMachine ? { ...(snapshot as object), timers } : state
  let converted: unknown
  try {
    converted = (migrate as (state: unknown, version: number) => unknown)(given, version)
  } catch (error) {
    throw misfit(agent, 'migrate failed with an error', 'Fix it; the cause of this error shows where.', error)
  }
  if (converted instanceof Promise || typeof (converted as { then?: unknown } | undefined)?.then === 'function') {
    throw misfit(agent, 'migrate returned a promise', 'Make it a function that is not async.')
  }
  if (converted === undefined && given !== undefined) {
    throw misfit(agent, 'migrate returned undefined', 'Return the state that the agent is to continue from.')
  }
  if (!isMachine) return { state: converted }
  if (typeof converted !== 'object' || converted === null) {
    throw misfit(agent, 'migrate returned no snapshot', 'Return the whole snapshot: { ...snapshot, value: … }.')
  }
  const { timers: kept = timers, ...rest } = converted as { readonly timers?: unknown }
  return { snapshot: rest, timers: kept }
}

function requireJson(agent: string, state: unknown): void {
  try {
    encodeJson(state)
  } catch (error) {
    throw misfit(agent, `migrate returned what can't be stored: ${messageOf(error)}`, 'Return plain JSON data.', error)
  }
}

function fitLogic(
  agent: string,
  logic: AnyActorLogic,
  { snapshot, timers }: SavedMachine,
  form: SavedForm,
): SavedMachine {
  const named = timers as unknown
  const wrong = Array.isArray(named) ? named.findIndex((timer) => !isTimer(timer)) : 0
  if (wrong !== -1 || !Array.isArray(named)) {
    const remedy = 'Return the timers as they came, or with { state, delay, dueAt } for each delay (after) that runs.'
    throw new AgentMisfitError(agent, [{ path: `timers[${wrong}]`, what: 'that is not a timer', remedy }])
  }
  const { misfits, saved } = new MachineFit(logic, snapshot, named as NamedTimer[], form.layout)
  const found = misfits.length > 0 ? misfits : restoreProblems(logic, saved.snapshot)
  if (found.length > 0) throw new AgentMisfitError(agent, found)
  return saved
}

function isTimer(value: unknown): value is NamedTimer {
  if (typeof value !== 'object' || value === null) return false
  const { dueAt, state, delay, event } = value as Partial<NamedTimer>
  return typeof dueAt === 'number' && ((state !== undefined && delay !== undefined) || typeof event?.type === 'string')
}

/** Has XState restore it, without starting anything. */
function restoreProblems(logic: AnyActorLogic, snapshot: unknown): Misfit[] {
  // XState puts references to children into the context that it is given.
  const copy = structuredClone(snapshot) as Snapshot<unknown>
  return brokenParts(createActor(logic, { snapshot: copy } as object), snapshot, '')
}

function brokenParts(actor: AnyActorRef, saved: unknown, path: string): Misfit[] {
  const restored = actor.getSnapshot() as Snapshot<unknown> & {
    readonly children?: Readonly<Record<string, AnyActorRef>>
  }
  const { status, children } = saved as Partial<Pick<SavedSnapshot, 'children'>> & { readonly status?: unknown }
  if (restored.status === 'error' && status !== 'error') {
    const what = `XState can't restore it: ${messageOf(restored.error)}`
    return [{ path: path === '' ? 'the state' : path.slice(0, -1), what, remedy: 'Convert it in migrate.' }]
  }
  return Object.entries(restored.children ?? {}).flatMap(([id, child]) =>
    brokenParts(child, children?.[id]?.snapshot, `${path}children["${id}"].snapshot.`),
  )
}

function misfit(agent: string, what: string, remedy: string, cause?: unknown): AgentMisfitError {
  return new AgentMisfitError(agent, [{ path: 'the state', what, remedy }], cause)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
