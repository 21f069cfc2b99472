import { Annotation, entrypoint, START, StateGraph, task } from '@langchain/langgraph'
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint'
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite'
import { openMemory } from '@skein/memory'
import { SkeinSaver } from '@skein/langgraph'
import { redisStore } from '@skein/redis'
import { sqliteStore } from '@skein/sqlite'

import type { Job, JobPeer, StepWork } from './job-peer.ts'

/** LangGraph with its own saver for SQLite, which sets WAL and leaves the rest as it is: a commit waits for no disk. */
export const langgraphSqlite: JobPeer = {
  open: async (place) => {
    const saver = SqliteSaver.fromConnString(`${place}-langgraph.sqlite`)
    // Its first call sets the file up, which fails for two at once.
    await saver.getTuple({ configurable: { thread_id: 'none' } })
    return langgraphJob(saver, async () => void saver.db.close())
  },
}

/** LangGraph with our saver. */
export const langgraphSkein = (durability: 'full' | 'relaxed'): JobPeer => ({
  open: async (place) => {
    const isServer = place.startsWith('redis:')
    const store = isServer ? redisStore(place) : sqliteStore({ path: `${place}-graph.db`, durability })
    const memory = await openMemory({ store })
    return langgraphJob(new SkeinSaver(memory.as({ id: `p${process.pid}`, role: 'bench' })), () => memory.close())
  },
})

const State = Annotation.Root({
  count: Annotation<number>({ reducer: (count, more) => count + more, default: () => 0 }),
})

function langgraphJob(checkpointer: BaseCheckpointSaver, close: () => Promise<void>): Job {
  const counter = new StateGraph(State)
    .addNode('add', () => ({ count: 1 }))
    .addEdge(START, 'add')
    .compile({ checkpointer })
  const thread = { configurable: { thread_id: 'counter' } }
  const increment = async (): Promise<void> => {
    try {
      await counter.invoke({ count: 0 }, thread)
    } catch (error) {
      // Only ours says that another run was faster; the guide says to run again.
      if ((error as { code?: string }).code !== 'SKEIN_STALE_WRITER') throw error
      await increment()
    }
  }
  let works: readonly StepWork[] = []
  const step = task('step', async (at: number) => works[at]?.() ?? Number.NaN)
  const flow = entrypoint({ name: 'flow', checkpointer }, async (count: number) => {
    const found: number[] = []
    for (let at = 0; at < count; at += 1) found.push(await step(at))
    return found
  })
  const begun = new Set<string>()
  return {
    increment,
    total: async () => ((await counter.getState(thread)).values as { count?: number }).count ?? 0,
    steps: async (run, wanted) => {
      works = wanted
      // A run that has begun is continued without an input.
      const input = begun.has(run) ? null : wanted.length
      begun.add(run)
      return (await flow.invoke(input as number, { configurable: { thread_id: run } })) as number[]
    },
    close,
  }
}
