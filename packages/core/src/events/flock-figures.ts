import type { Figure } from '@skein/memory/runtime'

import type { FlockQueues, FlockStats } from './flock-stats.ts'

/** What is measured of a flock. */
interface Measured {
  stats(): FlockStats
  queues(): FlockQueues
}

/** What a flock does and what waits in it, for telemetry. */
export function flockFigures(flock: Measured): readonly Figure[] {
  return [
    {
      name: 'skein.queue.messages',
      description: 'Messages in the mailboxes of agents',
      unit: '{message}',
      kind: 'gauge',
      read: () => flock.queues().messages,
    },
    {
      name: 'skein.queue.activities',
      description: 'Activities that wait for a worker',
      unit: '{activity}',
      kind: 'gauge',
      read: () => flock.queues().activities,
    },
    {
      name: 'skein.activities.done',
      description: 'Activities that ran to their end',
      unit: '{activity}',
      kind: 'counter',
      read: () => flock.stats().activities,
    },
    {
      name: 'skein.activities.reused',
      description: 'Activities whose result existed already',
      unit: '{activity}',
      kind: 'counter',
      read: () => flock.stats().reusedActivities,
    },
    {
      name: 'skein.agents.failures',
      description: 'Failures of agents',
      unit: '{failure}',
      kind: 'counter',
      read: () => flock.stats().failures,
    },
    {
      name: 'skein.messages.dead',
      description: 'Messages that could not be delivered',
      unit: '{message}',
      kind: 'counter',
      read: () => flock.stats().deadLetters,
    },
  ]
}
