import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'

/** X */
export function togetherCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  it('x', () => expect(fresh.memory).toBeDefined())
}
