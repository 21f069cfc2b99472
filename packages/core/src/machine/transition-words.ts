import type { ChartTransition } from '../owner/machine-move.ts'
import type { StateNode } from './state-slots.ts'
import { stateOf } from './state-slots.ts'

/** The parts of XState's transitions that are read here. */
export interface TransitionDefinition {
  readonly source: StateNode
  readonly eventType: string
  readonly guard?: unknown
  readonly target?: readonly StateNode[] | undefined
}

/** Describes a transition in words. */
export function chartTransition({ source, eventType, guard, target = [] }: TransitionDefinition): ChartTransition {
  return {
    source: stateOf(source),
    event: eventWords(eventType, source),
    ...(guard !== undefined && { guard: guardWords(guard) }),
    targets: target.map(stateOf),
  }
}

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

/** A duration in the largest unit that it is a multiple of. */
function durationWords(ms: number): string {
  const [length, unit] = units.find(([size]) => ms > 0 && ms % size === 0) ?? [1, 'ms']
  return `${ms / length} ${unit}`
}

const actorEvents = { 'xstate.done.actor.': 'done', 'xstate.error.actor.': 'failed', 'xstate.snapshot.actor.': 'news' }

function eventWords(type: string, { after, invoke }: StateNode): string {
  if (type === '') return 'always'
  if (type.startsWith('xstate.done.state.')) return 'done'
  const delay = after.find(({ eventType }) => eventType === type)?.delay
  if (delay !== undefined) return `after ${typeof delay === 'number' ? durationWords(delay) : nameOf(delay)}`
  for (const [prefix, word] of Object.entries(actorEvents)) {
    if (!type.startsWith(prefix)) continue
    const actor = invoke.find(({ id }) => id === type.slice(prefix.length))
    return `${word}: ${actor ? invokeName(actor) : type.slice(prefix.length)}`
  }
  return type
}

/** What a state invokes, in words: the name of the actor's logic, or the id that the machine gave it. */
export function invokeName({ id, src }: StateNode['invoke'][number]): string {
  return [src, id].find((name): name is string => typeof name === 'string' && !isNumbered(name)) ?? 'inline'
}

/** XState numbers what has no name: `xstate.invoke.0.…`, `0.machine.state`. */
function isNumbered(name: string): boolean {
  return /^(?:xstate\.invoke\.)?\d+\./.test(name)
}

interface GuardObject {
  readonly type?: string
  readonly name?: string
  readonly guards?: readonly unknown[]
}

function guardWords(guard: unknown): string {
  if (typeof guard === 'string') return guard
  const { type, name, guards } = guard as GuardObject
  if (guards) return `${nameOf(guard)}(${guards.map(guardWords).join(', ')})`
  return type ?? (name === undefined || name === 'guard' || name === '' ? 'inline' : name)
}

function nameOf(value: unknown): string {
  if (typeof value !== 'function') return String(value)
  return value.name === '' ? 'a while' : value.name
}
