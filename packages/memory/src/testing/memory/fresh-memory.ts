import { afterEach, beforeEach } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { MemoryOptions } from '../../options.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

/** A memory on an empty place, a new one for each test of the surrounding block. */
export interface FreshMemory {
  readonly driver: StoreDriver
  readonly memory: Memory
  /** Opens the same place once more, as another process would where the store can be reached by one. */
  another(): Promise<Memory>
}

/** Opens the memory before each test of the surrounding block, and closes it afterwards. */
export function freshMemory(
  options: StoreContractOptions,
  memoryOptions: Omit<MemoryOptions, 'store'> = {},
): FreshMemory {
  let driver: StoreDriver
  let memory: Memory
  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver, ...memoryOptions })
  })
  afterEach(() => memory.close())
  return {
    get driver() {
      return driver
    },
    get memory() {
      return memory
    },
    another: async () => openMemory({ store: (await options.reopen?.()) ?? driver, ...memoryOptions }),
  }
}
