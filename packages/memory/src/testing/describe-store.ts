import { describe } from 'vitest'

import { accessCases } from './access-cases.ts'
import { auditCases } from './audit-cases.ts'
import { damageCases } from './damage-cases.ts'
import { memoryCases } from './memory-cases.ts'
import { sealingCases } from './sealing-cases.ts'
import { storeCases } from './store-cases.ts'
import type { StoreContractOptions } from './store-contract-options.ts'
import { teamworkCases } from './teamwork-cases.ts'
import { valueCases } from './value-cases.ts'

/**
 * Declares the tests that every store must pass: the store contract itself,
 * and what the memory promises on top of it.
 *
 * @example
 * ```ts no-run
 * import { describeStore } from '@skein/memory/testing'
 * import { myStore } from './my-store.ts'
 *
 * describeStore('myStore', { create: () => myStore() })
 * ```
 */
export function describeStore(name: string, options: StoreContractOptions): void {
  describe(`Store contract: ${name}`, () => {
    storeCases(options)
  })
  describe(`Memory contract: ${name}`, () => {
    memoryCases(options)
  })
  describe(`Access contract: ${name}`, () => {
    accessCases(options)
  })
  describe(`Audit contract: ${name}`, () => {
    auditCases(options)
  })
  describe(`Sealing contract: ${name}`, () => {
    sealingCases(options)
  })
  describe(`Damage contract: ${name}`, () => {
    damageCases(options)
  })
  describe(`Teamwork contract: ${name}`, () => {
    teamworkCases(options)
  })
  describe(`Value contract: ${name}`, () => {
    valueCases(options)
  })
}
