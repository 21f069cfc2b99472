import type { JobPeer } from './job-peer.ts'

const peers = {
  'ours: facts, full': async () => (await import('./skein-jobs.ts')).skeinFacts('full'),
  'ours: facts, relaxed': async () => (await import('./skein-jobs.ts')).skeinFacts('relaxed'),
  'ours: observations, full': async () => (await import('./skein-jobs.ts')).skeinObservations('full'),
  'ours: observations, relaxed': async () => (await import('./skein-jobs.ts')).skeinObservations('relaxed'),
  'our facts, set without a version': async () => (await import('./skein-jobs.ts')).skeinUnversioned('relaxed'),
  'Keyv, SQLite': async () => (await import('./keyv-jobs.ts')).keyvSqlite(false),
  'Keyv, SQLite with wal': async () => (await import('./keyv-jobs.ts')).keyvSqlite(true),
  'Keyv, Redis': async () => (await import('./keyv-jobs.ts')).keyvRedis,
  'Mastra, LibSQL': async () => (await import('./mastra-job.ts')).mastraLibsql,
  'Mastra, workflow': async () => (await import('./mastra-workflow-job.ts')).mastraWorkflow,
  'LangGraph, SqliteSaver': async () => (await import('./langgraph-jobs.ts')).langgraphSqlite,
  'ours: LangGraph, full': async () => (await import('./langgraph-jobs.ts')).langgraphSkein('full'),
  'ours: LangGraph, relaxed': async () => (await import('./langgraph-jobs.ts')).langgraphSkein('relaxed'),
  cacheable: async () =>
    (await import('./cache-job.ts')).cacheJob((await import('../peers/cacheable-peer.ts')).cacheablePeer),
  bentocache: async () =>
    (await import('./cache-job.ts')).cacheJob((await import('../peers/bentocache-peer.ts')).bentocachePeer),
} satisfies Readonly<Record<string, () => Promise<JobPeer>>>

/** The libraries of this folder, each with its settings. */
export type JobName = keyof typeof peers

/** Loads one library and no other. */
export async function findJob(name: string): Promise<JobPeer> {
  const load = peers[name as JobName] as (() => Promise<JobPeer>) | undefined
  if (!load) throw new Error(`No peer is named ${name}. There are: ${Object.keys(peers).join(', ')}.`)
  return load()
}
