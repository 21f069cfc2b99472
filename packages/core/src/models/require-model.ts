import { OptionError } from '@skein/memory'
import { requireInteger, requireObject, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { budgetScope } from '../limits/budget.ts'
import { requireLimits } from '../limits/rate-limit.ts'
import { requirePromptCaching } from '../prefixes/prompt-cache.ts'
import { requireRetry } from '../supervision/retry-policy.ts'
import type { Model, ModelSettings } from './model.ts'
import { requirePrice } from './price.ts'

const kinds: OptionKinds<ModelSettings> = {
  allows: 'object',
  limits: 'any',
  retry: 'any',
  budget: 'any',
  price: 'any',
  promptCache: 'any',
  embedPrice: 'any',
  prompts: 'object',
  maxPassageTokens: 'any',
  countTokens: 'function',
}

/** Checks settings of a model, for authors of models. @throws OptionError */
export function requireModelSettings(settings: ModelSettings): void {
  const checked = requireOptions('a model', settings, kinds, 'settings')
  const { limits, retry, budget, price, embedPrice, promptCache, maxPassageTokens } = checked
  if (limits !== undefined) requireLimits(limits)
  if (retry !== undefined) requireRetry(retry)
  if (budget !== undefined) budgetScope(budget)
  if (price !== undefined) requirePrice('price', price)
  if (promptCache !== undefined) requirePromptCaching(promptCache)
  if (embedPrice !== undefined) requirePrice('embedPrice', embedPrice)
  if (maxPassageTokens !== undefined) requireInteger('maxPassageTokens', maxPassageTokens, 1)
}

/** @throws OptionError unless it is a model. */
export function requireModel(model: Model): void {
  requireObject('model', model, 'a model, such as extractiveModel() or openaiModel(name)')
  const { id, descriptor, settings } = model
  if (typeof id !== 'string' || id === '') throw new OptionError('model.id', 'a string', id)
  if (descriptor !== undefined && (typeof descriptor?.module !== 'string' || typeof descriptor.name !== 'string')) {
    throw new OptionError(
      'model.descriptor',
      'how a thread makes the same model: { module, name, options }',
      descriptor,
    )
  }
  if (settings !== undefined) requireModelSettings(settings)
}
