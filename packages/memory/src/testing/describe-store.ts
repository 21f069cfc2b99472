import { describe } from 'vitest'

import { accessCases } from './memory/access-cases.ts'
import { alertsCases } from './memory/alerts-cases.ts'
import { auditCases } from './memory/audit-cases.ts'
import { claimsCases } from './memory/claims-cases.ts'
import { sealedCorrectionsCases } from './verbs/sealed-corrections-cases.ts'
import { correctionsCases } from './verbs/corrections-cases.ts'
import { dataLossCases } from './memory/data-loss-cases.ts'
import { diffCases } from './verbs/diff-cases.ts'
import { doubtCases } from './verbs/doubt-cases.ts'
import { escalationsCases } from './memory/escalations-cases.ts'
import { factsCases } from './memory/facts-cases.ts'
import { forgetCases } from './verbs/forget-cases.ts'
import { forgetFilterCases } from './verbs/forget-filter-cases.ts'
import { forgetRaceCases } from './verbs/forget-race-cases.ts'
import { forgetReachCases } from './verbs/forget-reach-cases.ts'
import { historyCases } from './verbs/history-cases.ts'
import { knownAtCases } from './verbs/known-at-cases.ts'
import { holdCases } from './verbs/hold-cases.ts'
import { largeValueCases } from './values/large-value-cases.ts'
import { lateHintCases } from './memory/late-hint-cases.ts'
import { learningsCases } from './memory/learnings-cases.ts'
import { lifetimeCases } from './memory/lifetime-cases.ts'
import { limitCases } from './memory/limit-cases.ts'
import { nameCases } from './memory/name-cases.ts'
import { objectsCases } from './memory/objects-cases.ts'
import { factsSearchCases } from './memory/facts-search-cases.ts'
import { observationsCases } from './memory/observations-cases.ts'
import { onceCases } from './memory/once-cases.ts'
import { outageCases } from './memory/outage-cases.ts'
import { retentionCases } from './keeping/retention-cases.ts'
import { timeToLiveCases } from './keeping/time-to-live-cases.ts'
import { togetherCases } from './keeping/together-cases.ts'
import { transactionsCases } from './verbs/transactions-cases.ts'
import { leftoversCases } from './sealing/leftovers-cases.ts'
import { plainSecretsCases } from './sealing/plain-secrets-cases.ts'
import { sealingCases } from './sealing/sealing-cases.ts'
import { tamperingCases } from './tampering/tampering-cases.ts'
import { valueCases } from './values/value-cases.ts'
import { verifyCases } from './memory/verify-cases.ts'
import { vectorsCases } from './verbs/vectors-cases.ts'
import { watchCases } from './memory/watch-cases.ts'
import { secretsCases } from './secrets/secrets-cases.ts'
import type { StoreContractOptions, StoreContractPart } from './store-contract-options.ts'
import { storeClockCases } from './store/clock-cases.ts'
import { storeConditionsCases } from './store/conditions-cases.ts'
import { storeExpiryCases } from './store/expiry-cases.ts'
import { storeFeedCases } from './store/feed-cases.ts'
import { storeLifetimeCases } from './store/lifetime-cases.ts'
import { storeListsCases } from './store/lists-cases.ts'
import { storePastCases } from './store/past-cases.ts'
import { storeRangeCheckCases } from './store/range-check-cases.ts'
import { storeObjectsCases } from './store/objects-cases.ts'
import { storeRecordsCases } from './store/records-cases.ts'
import { storeSealedCases } from './store/sealed-cases.ts'
import { storeSearchCases } from './store/search-cases.ts'
import { storeWithdrawalsCases } from './store/withdrawals-cases.ts'

type Cases = (options: StoreContractOptions) => void

/** The store contract itself, by topic. */
const store: Readonly<Record<string, Cases>> = {
  records: storeRecordsCases,
  conditions: storeConditionsCases,
  'range checks': storeRangeCheckCases,
  expiry: storeExpiryCases,
  clock: storeClockCases,
  lists: storeListsCases,
  search: storeSearchCases,
  feed: storeFeedCases,
  objects: storeObjectsCases,
  sealed: storeSealedCases,
  withdrawals: storeWithdrawalsCases,
  past: storePastCases,
  lifetime: storeLifetimeCases,
}

const parts: Readonly<Record<StoreContractPart, Cases>> = {
  store: (options) => {
    for (const [topic, cases] of Object.entries(store)) declare(topic, cases, options)
  },
  facts: (options) => {
    factsCases(options)
    describe('search', () => {
      factsSearchCases(options)
    })
  },
  observations: observationsCases,
  vectors: vectorsCases,
  objects: objectsCases,
  once: onceCases,
  forgetting: (options) => {
    forgetCases(options)
    describe('its reach', () => {
      forgetReachCases(options)
    })
    describe('by filters', () => {
      forgetFilterCases(options)
    })
    describe('beside others', () => {
      forgetRaceCases(options)
    })
  },
  holds: holdCases,
  history: (options) => {
    historyCases(options)
    knownAtCases(options)
    describe('differences', () => {
      diffCases(options)
    })
  },
  transactions: transactionsCases,
  retention: (options) => {
    retentionCases(options)
    describe('time to live', () => {
      timeToLiveCases(options)
    })
    describe('together', () => {
      togetherCases(options)
    })
  },
  corrections: (options) => {
    correctionsCases(options)
    sealedCorrectionsCases(options)
    describe('doubt', () => {
      doubtCases(options)
    })
  },
  watch: watchCases,
  'late hints': lateHintCases,
  outages: outageCases,
  'data loss': dataLossCases,
  lifetime: lifetimeCases,
  learnings: learningsCases,
  alerts: alertsCases,
  claims: claimsCases,
  escalations: escalationsCases,
  access: accessCases,
  audit: auditCases,
  secrets: secretsCases,
  sealing: sealingCases,
  'plain secrets': plainSecretsCases,
  'plain leftovers': leftoversCases,
  tampering: tamperingCases,
  verify: verifyCases,
  values: valueCases,
  names: nameCases,
  limits: limitCases,
  'large values': largeValueCases,
}

/** The parts of the contract: `store` covers the store itself, the others cover the memory on top of it. */
export const storeContractParts: readonly StoreContractPart[] = Object.keys(parts) as StoreContractPart[]

/**
 * Declares the tests that every store must pass: the store contract itself and
 * the promises of a memory built on the store.
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
    for (const part of options.parts ?? storeContractParts) {
      // Without a way past the store there is nothing to declare.
      if (part !== 'tampering' || options.tamper) declare(part, parts[part], options)
    }
  })
}

function declare(name: string, cases: Cases, options: StoreContractOptions): void {
  describe(name, () => {
    cases(options)
  })
}
