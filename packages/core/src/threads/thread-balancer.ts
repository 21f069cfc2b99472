import type { EventLoopUtilization } from 'node:perf_hooks'
import type { Worker } from 'node:worker_threads'

import type { Piscina } from 'piscina'

/** How piscina chooses the thread for a task; `null` has it start another one, if it may. */
type Balancer = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>['loadBalancer']>

/** What a balancer works with. */
export interface BalancerParts {
  /** Tasks that one thread takes at a time. */
  readonly perThread: () => number
  readonly maxThreads: number
  /** All threads, those that are still starting included. */
  readonly threads: () => readonly Worker[]
  readonly isStarting: (thread: Worker) => boolean
}

/** Threads that compute for more than this share of the time are busy. */
const busyShare = 0.5
/** How long a thread is watched before it counts as busy, in milliseconds. */
const windowMs = 50

interface Watched {
  readonly since: number
  readonly seen: EventLoopUtilization
  readonly isBusy: boolean
}

/**
 * Gives a task to the thread with the fewest tasks. Where all threads have tasks and compute most of the time, another
 * one starts. Tasks that wait, for a network for example, share one thread: more of them would gain nothing.
 */
export function threadBalancer({ perThread, maxThreads, threads, isStarting }: BalancerParts): Balancer {
  const watched = new WeakMap<Worker, Watched>()

  const isBusy = (thread: Worker): boolean => {
    const last = watched.get(thread)
    const now = performance.now()
    if (last && now - last.since < windowMs) return last.isBusy
    const seen = thread.performance.eventLoopUtilization()
    const share = last ? thread.performance.eventLoopUtilization(seen, last.seen).utilization : 0
    watched.set(thread, { since: now, seen, isBusy: share > busyShare })
    return share > busyShare
  }

  const isAnotherWorthwhile = (): boolean => {
    const all = threads()
    if (all.length >= maxThreads || all.some(isStarting)) return false
    // Each is asked, so that each is watched.
    return all.filter(isBusy).length === all.length
  }

  return (_task, workers) => {
    const [least] = workers.toSorted((one, other) => one.currentUsage - other.currentUsage)
    if (!least || least.currentUsage >= perThread()) return null
    return least.currentUsage > 0 && isAnotherWorthwhile() ? null : least
  }
}
