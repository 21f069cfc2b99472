/** LangGraph's own suite for checkpointers, which declares its tests with globals. */
import { deltaChannelHistoryTests, validate } from '@langchain/langgraph-checkpoint-validation'
import { SkeinSaver } from '@skein/langgraph'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

/**
 * Declares the whole suite.
 *
 * @param store - Makes an empty store each time.
 * @param withDelta - Whether this LangGraph has channels that are saved as differences.
 */
export function describeSaver(name: string, store: () => StoreDriver, withDelta = true): void {
  Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it })
  const memories = new Map<SkeinSaver, Memory>()
  const initializer = {
    checkpointerName: name,
    async createCheckpointer() {
      const memory = await openMemory({ store: store() })
      const saver = new SkeinSaver(memory.as({ id: 'graph', role: 'tester' }))
      memories.set(saver, memory)
      return saver
    },
    async destroyCheckpointer(saver: SkeinSaver) {
      await memories.get(saver)?.close()
    },
  }
  validate(initializer)
  if (withDelta) deltaChannelHistoryTests(initializer)
}
