import type { Open } from './question.ts'

/**
 * All questions by name, in the order in which they are asked. Each is loaded
 * only in the process that asks it: a library that is not measured is not there.
 */
export const questions: Readonly<Record<string, () => Promise<Open>>> = {
  'cached-read': async () => (await import('./cached-read.ts')).cachedReadFew,
  'cached-read-many': async () => (await import('./cached-read.ts')).cachedReadMany,
  'cached-read-peers': async () => (await import('./cached-read-peers.ts')).cachedReadPeers,
  'sqlite-read': async () => (await import('./sqlite-read.ts')).sqliteRead,
  'sqlite-write': async () => (await import('./sqlite-writes.ts')).sqliteWrite,
  'sqlite-write-100': async () => (await import('./sqlite-writes.ts')).sqliteWrite100,
  'redis-read': async () => (await import('./redis-read.ts')).redisRead,
  'redis-write': async () => (await import('./redis-write.ts')).redisWrite,
  threads: async () => (await import('./threads.ts')).threads,
  dispatch: async () => (await import('./dispatch.ts')).dispatch,
  'dispatch-many': async () => (await import('./dispatch.ts')).dispatchMany,
  'sharing-calls': async () => async (asking) => (await import('./sharing.ts')).sharingCalls(asking),
  'sharing-tokens': async () => async (asking) => (await import('./sharing.ts')).sharingTokens(asking),
  'sharing-time': async () => async (asking) => (await import('./sharing.ts')).sharingTime(asking),
  'meeting-calls': async () => (await import('./meeting.ts')).meetingCalls,
  'meeting-tokens': async () => (await import('./meeting.ts')).meetingTokens,
  'meeting-time': async () => (await import('./meeting.ts')).meetingTime,
  stampede: async () => (await import('./stampede.ts')).stampede,
  staleness: async () => (await import('./staleness.ts')).staleness,
  objects: async () => (await import('./objects.ts')).objects,
  'object-sizes': async () => (await import('./object-sizes.ts')).objectSizes,
  'memory-size': async () => (await import('./memory-size.ts')).memorySize,
  scale: async () => (await import('./scale.ts')).scale,
  search: async () => (await import('./search.ts')).search,
  'observation-writes': async () => (await import('./observation-writes.ts')).observationWrites,
  growth: async () => (await import('./growth.ts')).growth,
  invalidation: async () => (await import('./invalidation.ts')).invalidation,
  'model-miss': async () => (await import('./model-calls.ts')).modelMiss,
  'model-hit': async () => (await import('./model-calls.ts')).modelHit,
  send: async () => (await import('./actors-send.ts')).send,
  ask: async () => (await import('./actors-ask.ts')).askAgent,
  spawn: async () => (await import('./actors-spawn.ts')).spawn,
  'spawn-size': async () => (await import('./actors-spawn.ts')).spawnSize,
  'ping-pong': async () => (await import('./actors-timer.ts')).pingPong,
  cancel: async () => (await import('./cancel.ts')).cancel,
  watched: async () => (await import('./watched.ts')).watched,
}
