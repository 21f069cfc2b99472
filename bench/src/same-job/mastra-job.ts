import { LibSQLStore } from '@mastra/libsql'
import { Memory } from '@mastra/memory'

import type { JobPeer } from './job-peer.ts'

const resourceId = 'bench'
const counting = { threadId: 'counter', resourceId }

/** Mastra's memory in a LibSQL file: messages of threads, and working memory of a resource. */
export const mastraLibsql: JobPeer = {
  open: async (place) => {
    const storage = new LibSQLStore({ id: 'bench', url: `file:${place}-mastra.db` })
    const memory = new Memory({ storage, options: { lastMessages: 10, workingMemory: { enabled: true } } })
    await storage.init()
    const threads = new Set<string>()
    /** Once for each thread, as its guide has it. */
    const ready = async (threadId: string): Promise<void> => {
      if (threads.has(threadId)) return
      if (!(await memory.getThreadById({ threadId }))) await memory.createThread({ threadId, resourceId })
      threads.add(threadId)
    }
    const total = async (): Promise<number> => Number((await memory.getWorkingMemory(counting)) ?? 0)
    return {
      remember: async (threadId, key, text) => {
        await ready(threadId)
        const parts = [{ type: 'text' as const, text }]
        const message = { id: key, threadId, resourceId, createdAt: new Date(), content: { format: 2 as const, parts } }
        await memory.saveMessages({ messages: [{ ...message, role: 'user' as const }] })
      },
      recall: async (threadId) => {
        const { messages } = await memory.recall({ threadId, resourceId, perPage: 10 })
        const [part] = messages.at(-1)?.content.parts ?? []
        return part?.type === 'text' ? part.text : undefined
      },
      increment: async () => {
        await ready(counting.threadId)
        await memory.updateWorkingMemory({ ...counting, workingMemory: `${(await total()) + 1}` })
      },
      total,
      close: () => storage.close(),
    }
  },
}
