import {
  activity,
  behavior,
  budgetScope,
  createFlock,
  durable,
  extractiveModel,
  shareModel,
  webhook,
} from '@skein/core'
import type { Flock, Question, SharedModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import type { Model } from '@skein/core/executor'
import { virtualClock } from '@skein/core/testing'
import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { onTestFinished } from 'vitest'

import { describeDurations, lifetimes } from '../../memory/test/describe-durations.ts'
import type { Activities } from './open-flock.ts'

const open = async (): Promise<Memory> => {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  return memory
}
const openFlock = async (): Promise<Flock> => {
  const flock = await createFlock({ memory: await open(), threads: 1 })
  onTestFinished(() => flock.close())
  return flock
}
const reports = async (): Promise<Activities> =>
  (await openFlock()).activities<typeof import('./fixtures/activities.ts')>(
    new URL('./fixtures/activities.ts', import.meta.url),
  )
/** Embeds every text as the same vector. */
const model: Model = {
  ...extractiveModel(),
  embed: async ({ texts }) => ({
    vectors: texts.map(() => Float32Array.of(1)),
    usage: { inputTokens: 1, outputTokens: 0 },
  }),
}
const shared = async (): Promise<SharedModel> => shareModel(model, (await open()).as({ id: 'ann', role: 'r' }))
const passages = [{ id: 'p', text: 'Energy is saved in every home.' }]
const question = { messages: [{ role: 'user', text: 'Energy?' }], passages, maxSentences: 1 } as const
const echo = behavior({
  role: 'echo',
  initial: 0,
  receive: (total, message: Question<'hi', undefined, number>, { reply }) => {
    reply(message, total)
    return total
  },
})
const hook = { url: 'https://hooks.example.com', secret: 'a secret of some length' }
const supervised = async (policy: object): Promise<unknown> =>
  (await openFlock()).spawn(echo, { supervision: policy as never })

describeDurations({
  'time-out of an activity': {
    option: 'timeoutMs',
    attempt: (timeoutMs) => activity(() => 1, { timeoutMs }),
  },
  'time-out of one run of an activity': {
    option: 'timeoutMs',
    attempt: async (timeoutMs) => (await reports()).double(1, { timeoutMs }),
  },
  'wait of an activity': {
    option: 'queueTimeoutMs',
    attempt: (queueTimeoutMs) => activity(() => 1, { queueTimeoutMs }),
  },
  'wait of one run of an activity': {
    option: 'queueTimeoutMs',
    attempt: async (queueTimeoutMs) => (await reports()).double(1, { queueTimeoutMs }),
  },
  'pause before a retry of an activity': {
    option: 'retry.baseDelayMs',
    accepts: [0],
    attempt: async (baseDelayMs) => (await reports()).double(1, { retry: { baseDelayMs } }),
  },
  'longest pause before a retry of an activity': {
    option: 'retry.maxDelayMs',
    accepts: [0],
    attempt: async (maxDelayMs) => (await reports()).double(1, { retry: { maxDelayMs } }),
  },
  'pause before a retry of a webhook': {
    option: 'retry.baseDelayMs',
    accepts: [0],
    attempt: (baseDelayMs) => webhook({ ...hook, retry: { baseDelayMs } }),
  },
  'longest pause before a retry of a model': {
    option: 'retry.maxDelayMs',
    accepts: [0],
    attempt: async (maxDelayMs) =>
      shareModel({ ...model, settings: { retry: { maxDelayMs } } }, (await open()).as({ id: 'ann', role: 'r' })),
  },
  'time-out of a webhook': { option: 'timeoutMs', attempt: (timeoutMs) => webhook({ ...hook, timeoutMs }) },
  'window of a supervision': { option: 'windowMs', attempt: (windowMs) => supervised({ windowMs }) },
  'pause before a restart': {
    option: 'baseDelayMs',
    accepts: [0],
    attempt: (baseDelayMs) => supervised({ baseDelayMs }),
  },
  'longest pause before a restart': {
    option: 'maxDelayMs',
    accepts: [0],
    attempt: (maxDelayMs) => supervised({ maxDelayMs }),
  },
  'time-out of all questions of a flock': {
    option: 'askTimeoutMs',
    accepts: [Number.POSITIVE_INFINITY],
    attempt: async (askTimeoutMs) => {
      const flock = await createFlock({ memory: await open(), threads: 1, askTimeoutMs })
      await flock.close()
    },
  },
  'time-out of a question': {
    option: 'timeoutMs',
    accepts: [Number.POSITIVE_INFINITY],
    attempt: async (timeoutMs) => {
      const ref = (await openFlock()).spawn(echo)
      return ref.ask({ type: 'hi' }, { timeoutMs })
    },
  },
  'time to drain, 0 to close at once': {
    option: 'timeoutMs',
    accepts: [0],
    attempt: async (timeoutMs) => (await openFlock()).drain({ timeoutMs }),
  },
  'lease of a durable agent': {
    option: 'leaseMs',
    attempt: (leaseMs) => durable(echo, { name: 'n', leaseMs }),
  },
  'time that an ended agent is kept': {
    option: 'keepEndedMs',
    accepts: lifetimes,
    attempt: (keepEndedMs) => durable(echo, { name: 'n', keepEndedMs }),
  },
  'time since the first call of a budget': {
    option: 'budget.wallMs',
    accepts: lifetimes,
    attempt: (wallMs) => budgetScope({ wallMs }),
  },
  'grace of an aborted activity, an hour at most': {
    option: 'graceMs',
    accepts: [0],
    attempt: async (graceMs) => {
      await threadExecutor(await open(), model, { threads: 1, graceMs })[Symbol.asyncDispose]()
    },
  },
  'idle time of a thread': {
    option: 'idleTimeoutMs',
    accepts: [0],
    attempt: async (idleTimeoutMs) => {
      await threadExecutor(await open(), model, { threads: 1, idleTimeoutMs })[Symbol.asyncDispose]()
    },
  },
  'time to load a module of activities': {
    option: 'loadTimeoutMs',
    attempt: async (loadTimeoutMs) => {
      await threadExecutor(await open(), model, { threads: 1, loadTimeoutMs })[Symbol.asyncDispose]()
    },
  },
  'time to live of a citing answer': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await shared()).cite(question, { ttlMs }),
  },
  'time to live of an answer that is not shared': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await shared()).cite(question, { ttlMs, share: false }),
  },
  'time to live of a vector': {
    option: 'ttlMs',
    accepts: lifetimes,
    attempt: async (ttlMs) => (await shared()).embed({ texts: ['a'] }, { ttlMs }),
  },
  'time that a virtual clock advances': {
    option: 'ms',
    accepts: [0, 1.5, 2 ** 31, 2 ** 53],
    attempt: (ms) => virtualClock().advance(ms),
  },
})
