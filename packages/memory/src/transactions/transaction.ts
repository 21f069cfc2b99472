import { Facts } from '../facts/facts.ts'
import { Alerts } from '../kinds/alerts.ts'
import { Decisions } from '../kinds/decisions.ts'
import { Escalations } from '../kinds/escalations.ts'
import { Learnings } from '../kinds/learnings.ts'
import { Objects } from '../kinds/objects.ts'
import { Observations } from '../kinds/observations.ts'
import type { Actor } from '../space/actor.ts'
import type { StoredSpace } from '../space/space.ts'
import type { OpenCalls } from './open-calls.ts'

const calls = {
  facts: ['get', 'getMany', 'read', 'list', 'search', 'set', 'update', 'delete', 'touch'],
  observations: ['log', 'get', 'list', 'search', 'touch'],
  decisions: ['record', 'get', 'list', 'touch'],
  learnings: ['log', 'get', 'list', 'relevant', 'touch'],
  objects: ['put', 'get', 'bytes', 'has', 'touch'],
  alerts: ['send', 'pending', 'ack', 'touch'],
  escalations: ['open', 'get', 'list', 'touch'],
} as const

type Calls = typeof calls

/**
 * The memory within a transaction: the usual calls, as far as they can be undone. They see what the transaction itself
 * has written. Versions, positions and times of its own writes are provisional until it ends.
 */
export interface Transaction {
  readonly facts: Pick<Facts, Calls['facts'][number]>
  readonly observations: Pick<Observations, Calls['observations'][number]>
  readonly decisions: Pick<Decisions, Calls['decisions'][number]>
  readonly learnings: Pick<Learnings, Calls['learnings'][number]>
  readonly objects: Pick<Objects, Calls['objects'][number]>
  readonly alerts: Pick<Alerts, Calls['alerts'][number]>
  readonly escalations: Pick<Escalations, Calls['escalations'][number]>
}

/** The calls of a transaction, on a space and by an actor of its own. Each kind is made when it is first used. */
export function transactionOn(space: StoredSpace, actor: Actor, open: OpenCalls): Transaction {
  const made: { -readonly [Kind in keyof Transaction]?: Transaction[Kind] } = {}
  return {
    get facts() {
      return (made.facts ??= open.of(new Facts(space, actor), calls.facts))
    },
    get observations() {
      return (made.observations ??= open.of(new Observations(space, actor, 'observations'), calls.observations))
    },
    get decisions() {
      return (made.decisions ??= open.of(new Decisions(space, actor), calls.decisions))
    },
    get learnings() {
      return (made.learnings ??= open.of(new Learnings(space, actor, 'learnings'), calls.learnings))
    },
    get objects() {
      return (made.objects ??= open.of(new Objects(space, actor), calls.objects))
    },
    get alerts() {
      return (made.alerts ??= open.of(new Alerts(space, actor), calls.alerts))
    },
    get escalations() {
      return (made.escalations ??= open.of(new Escalations(space, actor), calls.escalations))
    },
  }
}
