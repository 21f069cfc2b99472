import { randomUUID } from 'node:crypto'

import type { AnyActor, AnyActorRef, EventObject } from 'xstate'

import type { Clock } from '../base/clock.ts'

type Scheduled = ReturnType<AnyActor['system']['getSnapshot']>['_scheduledEvents']

/** A delayed event of a machine, as XState's `after` makes them. */
export interface SavedTimer {
  /** Path of child ids from the agent's machine to the actor that set the timer; empty for the machine itself. */
  readonly source: readonly string[]
  readonly target: readonly string[]
  readonly event: EventObject
  readonly id: string
  /** When it is due, Unix milliseconds. */
  readonly dueAt: number
}

/** The delayed events that XState has scheduled for a machine and its children. */
export function scheduledOf(actor: AnyActor): Scheduled {
  const { _scheduledEvents: scheduled } = actor.system.getSnapshot() as { readonly _scheduledEvents: Scheduled }
  return scheduled
}

/** Has a machine's timers record their start by the flock's clock; XState records it by that of the computer. */
export function timeBy(clock: Clock, actor: AnyActor): void {
  const { system } = actor
  const { schedule } = system.scheduler
  system.scheduler.schedule = (source, target, event, delay, id = randomUUID()) => {
    schedule(source, target, event, delay, id)
    const timer = scheduledOf(actor)[`${source.sessionId}.${id}`]
    if (timer) timer.startedAt = clock.now()
  }
}

/**
 * The timers of a machine and its children. XState 5 saves none of them
 * (statelyai/xstate#5331). A timer to or from an actor that is no child is left out.
 */
export function saveTimers(actor: AnyActor): SavedTimer[] {
  const scheduled = Object.values(scheduledOf(actor))
  if (scheduled.length === 0) return []
  const paths = pathsOf(actor)
  return scheduled.flatMap(({ source, target, event, delay, id, startedAt }) => {
    const [from, to] = [paths.get(source as AnyActorRef), paths.get(target as AnyActorRef)]
    if (!from || !to) return []
    return [{ source: from, target: to, event, id, dueAt: startedAt + delay }]
  })
}

/** Starts saved timers; those that were due meanwhile fire at once. */
export function startTimers(actor: AnyActor, timers: readonly SavedTimer[], { now }: Clock): void {
  const byPath = new Map([...pathsOf(actor)].map(([ref, path]) => [path.join('\0'), ref]))
  for (const { source, target, event, id, dueAt } of timers) {
    const [from, to] = [byPath.get(source.join('\0')), byPath.get(target.join('\0'))]
    if (from && to) actor.system.scheduler.schedule(from, to, event, Math.max(0, dueAt - now()), id)
  }
}

function pathsOf(actor: AnyActorRef, path: readonly string[] = []): Map<AnyActorRef, readonly string[]> {
  const { children = {} } = actor.getSnapshot() as { children?: Readonly<Record<string, AnyActorRef | undefined>> }
  const below = Object.entries(children).flatMap(([id, child]) => (child ? [...pathsOf(child, [...path, id])] : []))
  return new Map([[actor, path], ...below])
}
