import { mapStore, openMemory } from '@skein/memory'
import type { MemoryOptions, View } from '@skein/memory'
import { tableStore } from '@skein/memory/store'
import type { StoreTable } from '@skein/memory/store'
import { faultyStore } from '@skein/memory/testing'
import { onTestFinished } from 'vitest'

import { describeDurations, lifetimes } from './describe-durations.ts'

const open = async (options: Omit<MemoryOptions, 'store'> = {}): Promise<View> => {
  const memory = await openMemory({ store: mapStore(), ...options })
  onTestFinished(() => memory.close())
  return memory.as({ id: 'ann', role: 'r' })
}

describeDurations({
  'time to live of cached entries': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: (ttlMs) => open({ ttlMs }),
  },
  heartbeat: { option: 'heartbeatMs', attempt: (heartbeatMs) => open({ heartbeatMs }) },
  'retention of the audit, 0 for none': {
    option: 'auditKeepMs',
    accepts: [0, ...lifetimes],
    attempt: (auditKeepMs) => open({ auditKeepMs }),
  },
  'time to live of a fact': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).facts.set('k', 1, { ttlMs }),
  },
  'time to live of an updated fact': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).facts.update('k', () => 1, { ttlMs }),
  },
  'time to live of an observation': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).observations.log({ value: 1, ttlMs }),
  },
  'time to live of a decision': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).decisions.record({ task: 't', decision: 1, reasoning: 'r', ttlMs }),
  },
  'time to live of a learning': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).learnings.log({ signal: 'pattern', context: {}, details: 1, ttlMs }),
  },
  'time to live of an alert': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).alerts.send({ to: ['bob'], insight: 1, ttlMs }),
  },
  'time to live of an escalation': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).escalations.open({ task: 't', reason: 'r', ttlMs }),
  },
  'lease of a claim': {
    option: 'leaseMs',
    attempt: async (leaseMs) => (await open()).claims.claim('t', { leaseMs }),
  },
  'extension of a claim': {
    option: 'leaseMs',
    attempt: async (leaseMs) => (await (await open()).claims.claim('t'))?.extend(leaseMs),
  },
  'lease of shared work': {
    option: 'leaseMs',
    attempt: async (leaseMs) => (await open()).once('k', () => 1, { leaseMs }),
  },
  'time to live of a result': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).once('k', () => 1, { ttlMs }),
  },
  'reported duration of work, measured and so fractional': {
    option: 'ms',
    accepts: [0, 1.5, 2 ** 31, 2 ** 53],
    attempt: async (ms) => (await open()).once('k', ({ reportDuration }) => reportDuration(ms)),
  },
  'time to live of a saved agent': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => {
      const view = await open()
      const claim = await view.claims.claim('t')
      if (!claim) throw new Error('The task is free.')
      return view.agents.save({ definition: 'd', status: 'active', state: 1, claim, ttlMs })
    },
  },
  'time to live of shared state': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await open()).state('s', ttlMs),
  },
  'wait for shared state, computed and so fractional': {
    option: 'timeoutMs',
    accepts: [0, 1.5],
    attempt: async (timeoutMs) => {
      const state = (await open()).state<number>('s', 1_000)
      const mark = state.mark()
      await state.change(() => ({ state: 1, result: 1 }))
      return state.untilWritten(mark, timeoutMs)
    },
  },
  'interval of looking for changes in a table': {
    option: 'pollMs',
    attempt: (pollMs) => tableStore({} as StoreTable, { durable: 'none', reach: 'process', pollMs }),
  },
  'delay of hints': {
    option: 'ms',
    accepts: [0],
    attempt: (ms) => faultyStore(mapStore()).faults.delayHints(ms),
  },
})
