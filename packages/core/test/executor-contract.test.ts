import { extractiveModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import { describeExecutor } from '@skein/core/executor/testing'
import { mapStore, openMemory } from '@skein/memory'

describeExecutor('threads', {
  open: async () => {
    const memory = await openMemory({ store: mapStore() })
    const executor = threadExecutor(memory, extractiveModel(), { threads: 1, graceMs: 2_000 })
    return { memory, executor, close: () => memory.close() }
  },
})
