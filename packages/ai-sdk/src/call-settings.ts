import { hash } from 'node:crypto'

import { budgetScope } from '@skein/core'
import type { Budget } from '@skein/core'
import { loadTokenizer, requireModelSettings } from '@skein/core/executor'
import type { BudgetScope, ModelSettings, Patience } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireDuration } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { ProviderOptions } from './calls/language-model.ts'

/** Settings for all calls of an AI SDK model. */
export interface CallSettings extends Pick<ModelSettings, 'allows' | 'limits' | 'price' | 'retry'> {
  /**
   * Id under which answers are shared. Give models different ids if anything that affects their answers differs. Set
   * it for a wrapped model, since Skein can't see the settings of a wrapper.
   *
   * @defaultValue the provider and the name of the model
   */
  readonly id?: string

  /** Limits all calls of this model together. Without an `id`, the budget applies to this run only. */
  readonly budget?: Budget & { readonly id?: string }

  /**
   * Timeout for a complete answer, or for the first chunk of a streamed one, in milliseconds.
   *
   * @defaultValue 300_000
   */
  readonly timeoutMs?: number

  /**
   * Timeout between two chunks of a streamed answer, in milliseconds.
   *
   * @defaultValue `timeoutMs`
   */
  readonly idleTimeoutMs?: number

  /**
   * A module that exports `countTokens(text)`, for exact counts instead of estimates, by its URL:
   * `import.meta.resolve('gpt-tokenizer/encoding/o200k_base')`.
   */
  readonly tokenizer?: string | URL
}

/** For {@link CallSettings}. */
export const settingKinds: OptionKinds<CallSettings> = {
  allows: 'object',
  limits: 'any',
  price: 'any',
  retry: 'any',
  id: 'string',
  budget: 'any',
  timeoutMs: 'any',
  idleTimeoutMs: 'any',
  tokenizer: 'any',
}

/** Settings with every default filled in: plain data, which can be sent to worker threads. */
export interface ResolvedSettings extends Pick<ModelSettings, 'limits' | 'price' | 'retry'>, Patience {
  readonly allows: NonNullable<ModelSettings['allows']>
  readonly id?: string
  readonly budget?: BudgetScope
  readonly tokenizer?: string
}

/** @throws OptionError */
export function resolveSettings(settings: CallSettings): ResolvedSettings {
  const { allows = { level: 'public' }, limits, price, retry, id, budget, tokenizer } = settings
  const { timeoutMs = 300_000, idleTimeoutMs = timeoutMs } = settings
  requireDuration('timeoutMs', timeoutMs)
  requireDuration('idleTimeoutMs', idleTimeoutMs)
  if (id !== undefined && !/^\S{1,200}$/.test(id)) throw new OptionError('id', 'a name without spaces', id)
  const own = { allows, ...(limits && { limits }), ...(price && { price }), ...(retry && { retry }) }
  requireModelSettings(own)
  return {
    ...own,
    timeoutMs,
    idleTimeoutMs,
    ...(id !== undefined && { id }),
    ...(budget !== undefined && { budget: budgetScope(budget) }),
    ...(tokenizer !== undefined && { tokenizer: String(tokenizer) }),
  }
}

/** The settings for `shareModel`. */
export function modelSettings({ allows, limits, price, retry, budget, tokenizer }: ResolvedSettings): ModelSettings {
  return {
    allows,
    ...(limits && { limits }),
    ...(price && { price }),
    ...(retry && { retry }),
    ...(budget && { budget }),
    ...(tokenizer !== undefined && { countTokens: loadTokenizer(tokenizer) }),
  }
}

/** `openai.chat/gpt-4o-mini`, with a digest of what else changes answers. */
export function modelName(model: { readonly provider: string; readonly modelId: string }, other: object = {}): string {
  const parts = Object.entries(other).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const digest = parts.length === 0 ? '' : `+${hash('sha256', JSON.stringify(parts), 'hex').slice(0, 8)}`
  return `${model.provider}/${model.modelId}${digest}`.replaceAll(/\s+/g, '-')
}

/** @throws OptionError unless they are options by the name of a provider. */
export function requireProviderOptions(options: ProviderOptions): void {
  for (const [name, own] of Object.entries(options)) {
    if (typeof own !== 'object' || own === null) {
      throw new OptionError(`providerOptions.${name}`, "the options of a provider, under the provider's name", own)
    }
  }
}
