import type { Budget } from '@skein/core'
import { OptionError, SkeinError } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { CostEstimate } from './cost-estimate.ts'
import { numberText } from '../terminal/number-text.ts'

/** The limits of a run whose model has no budget of its own. An omitted measure is not limited. */
export type Ceiling = Pick<Budget, 'calls' | 'tokens' | 'usd'>

/** What a ceiling limits. */
export const measures = ['calls', 'tokens', 'usd'] as const

/** A run would probably use more of its model than its ceiling. Nothing has been sent. */
export class CeilingError extends SkeinError {
  readonly code = 'SKEIN_CEILING'
  readonly estimate: CostEstimate
  readonly ceiling: Ceiling

  constructor(estimate: CostEstimate, ceiling: Ceiling) {
    super(
      `The run would use about ${amountsOf(estimate, 'and')}, but may use ${amountsOf(ceiling, 'or')}. ` +
        'Nothing was sent. Raise its ceiling, give the model a budget, or name fewer files.',
    )
    this.estimate = estimate
    this.ceiling = ceiling
  }
}

/** Calls, tokens and money in words. */
export function amountsOf({ calls, tokens, usd }: Ceiling, word: 'and' | 'or'): string {
  const amounts = [
    ...(calls === undefined ? [] : [`${numberText(calls)} model call${calls === 1 ? '' : 's'}`]),
    ...(tokens === undefined ? [] : [`${numberText(tokens)} tokens`]),
    ...(usd === undefined ? [] : [`$${usd.toFixed(2)}`]),
  ]
  return new Intl.ListFormat('en', { type: word === 'and' ? 'conjunction' : 'disjunction' }).format(amounts)
}

const kinds: OptionKinds<Ceiling> = { calls: 'any', tokens: 'any', usd: 'any' }

/** @throws OptionError when a limit is not a number above 0. */
export function requireCeiling(given?: Ceiling): void {
  const ceiling = requireOptions('ceiling', given, kinds, 'ceiling')
  for (const measure of measures) {
    const limit = ceiling[measure]
    if (limit !== undefined && !(Number.isFinite(limit) && limit > 0)) {
      throw new OptionError(`ceiling.${measure}`, 'a number above 0', limit)
    }
  }
}
