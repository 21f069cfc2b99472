import { hash } from 'node:crypto'

import { budgetScope } from '@skein/core'
import { loadTokenizer, priceOf, readPrompts, requireModelSettings, requirePrices } from '@skein/core/executor'
import type { Budget } from '@skein/core'
import type { BudgetScope, ModelSettings, PriceList, PromptTexts } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import { requireDuration, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { resolveKeySource } from './authorization.ts'
import type { KeySource } from './authorization.ts'
import { homeURL, openaiURL, parseBaseURL, servesOpenAI } from './known-hosts.ts'
import { openaiPrices } from './prices.ts'
import { resolvePromptCaching } from './prompt-caching.ts'
import type { OpenAIPromptCaching } from './prompt-caching.ts'

/** Options of {@link openaiModel}. */
export interface OpenAIModelOptions extends Pick<ModelSettings, 'allows' | 'limits' | 'retry' | 'maxPassageTokens'> {
  /** The provider's name of the model: `gpt-4o-mini`, `llama3.2`. */
  readonly model: string

  /**
   * The API key. Worker threads get it, too; see `apiKeyEnv`.
   *
   * @defaultValue that in OPENAI_API_KEY for OpenAI's own servers and the server of OPENAI_BASE_URL, none for others
   */
  readonly apiKey?: string

  /**
   * Name of an environment variable that holds the key: `MISTRAL_API_KEY`. Worker threads read it there themselves, so
   * that the key is passed nowhere.
   */
  readonly apiKeyEnv?: string

  /**
   * Base URL of the API: `http://127.0.0.1:11434/v1` for Ollama, `https://NAME.openai.azure.com/openai/v1` for Azure.
   *
   * @defaultValue the environment variable OPENAI_BASE_URL, or OpenAI's
   */
  readonly baseURL?: string

  /**
   * Prefix of the model's id, under which answers are shared. Set it where several
   * addresses reach the same models.
   *
   * @defaultValue 'openai', followed by the address where it is not OpenAI's
   */
  readonly provider?: string

  /**
   * `responses` where the server has OpenAI's newer API; local servers mostly don't.
   *
   * @defaultValue 'chat'
   */
  readonly api?: 'chat' | 'responses'

  /**
   * How vectors are transmitted: `base64` takes a quarter of the bytes; servers without support for it send floats.
   *
   * @defaultValue 'base64'
   */
  readonly embeddingEncoding?: 'base64' | 'float'

  /**
   * Longest wait for a whole answer, or for the first piece of a streamed one, in milliseconds.
   *
   * @defaultValue 300_000
   */
  readonly timeoutMs?: number

  /**
   * Longest silence between two pieces of a streamed answer, in milliseconds. Comments that keep a connection alive
   * are silence.
   *
   * @defaultValue `timeoutMs`
   */
  readonly idleTimeoutMs?: number

  /** Limits what all calls of this model together may use. Without an `id`, it holds for this run only. */
  readonly budget?: Budget & { readonly id?: string }

  /** Prices that are missing or different in {@link openaiPrices}; for servers other than OpenAI's, all prices. */
  readonly prices?: PriceList

  /**
   * Makes use of the provider's prompt cache, see the guide. `false` sends no `prompt_cache_key`, and lets nobody wait.
   *
   * @defaultValue `{ waitMs: 5_000 }`: of calls that begin alike, the first goes ahead
   */
  readonly promptCache?: OpenAIPromptCaching | false

  /** A folder with prompts of your own, or the prompts; see `readPrompts` of `@skein/core/executor`. */
  readonly prompts?: string | URL | PromptTexts

  /**
   * A module that exports `countTokens(text)`, for exact counts instead of estimates, by its URL:
   * `import.meta.resolve('gpt-tokenizer/encoding/o200k_base')`. Each worker thread loads it.
   */
  readonly tokenizer?: string | URL
}

/** Options with every default filled in: plain data, which can be sent to worker threads. */
export interface ResolvedOpenAIOptions extends KeySource, Pick<ModelSettings, 'limits' | 'retry' | 'maxPassageTokens'> {
  readonly model: string
  readonly baseURL: string
  readonly provider: string
  readonly api: 'chat' | 'responses'
  readonly embeddingEncoding: 'base64' | 'float'
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly allows: NonNullable<ModelSettings['allows']>
  readonly budget?: BudgetScope
  readonly prices: PriceList
  readonly promptCache: Required<OpenAIPromptCaching> | false
  readonly prompts: PromptTexts
  /** The URL of the module. */
  readonly tokenizer?: string
}

const kinds: OptionKinds<OpenAIModelOptions> = {
  model: 'any',
  apiKey: 'any',
  apiKeyEnv: 'any',
  baseURL: 'any',
  provider: 'string',
  api: 'any',
  embeddingEncoding: 'any',
  timeoutMs: 'any',
  idleTimeoutMs: 'any',
  allows: 'object',
  limits: 'any',
  retry: 'any',
  maxPassageTokens: 'any',
  budget: 'any',
  prices: 'any',
  promptCache: 'any',
  prompts: 'any',
  tokenizer: 'any',
}

/** @throws OptionError, which contains neither the key nor the credentials of an address. */
export function resolveOpenAIOptions(given: string | OpenAIModelOptions): ResolvedOpenAIOptions {
  const options = typeof given === 'string' ? { model: given } : requireOptions('openaiModel', given, kinds)
  const { model, baseURL, api = 'chat', timeoutMs = 300_000, idleTimeoutMs = timeoutMs } = options
  if (typeof model !== 'string' || !/^[^\s]{1,200}$/.test(model)) {
    throw new OptionError('model', 'the name of a model, such as gpt-4o-mini', model)
  }
  if (api !== 'chat' && api !== 'responses') throw new OptionError('api', "'chat' or 'responses'", api)
  requireDuration('timeoutMs', timeoutMs)
  requireDuration('idleTimeoutMs', idleTimeoutMs)
  const url = baseURL === undefined ? parseBaseURL('OPENAI_BASE_URL', homeURL()) : parseBaseURL('baseURL', baseURL)
  const isDefault = url.href === openaiURL
  const { allows = { level: 'public' }, embeddingEncoding = 'base64', prompts = {}, budget, prices } = options
  const { limits, retry, maxPassageTokens, tokenizer } = options
  const promptCache = resolvePromptCaching(options.promptCache, url, model)
  if (embeddingEncoding !== 'base64' && embeddingEncoding !== 'float') {
    throw new OptionError('embeddingEncoding', "'base64' or 'float'", embeddingEncoding)
  }
  if (prices !== undefined) requirePrices(prices)
  requireModelSettings({
    allows,
    ...(limits !== undefined && { limits }),
    ...(retry !== undefined && { retry }),
    ...(promptCache && { promptCache: { waitMs: promptCache.waitMs } }),
    ...(maxPassageTokens !== undefined && { maxPassageTokens }),
  })
  return {
    model,
    ...resolveKeySource(url, options),
    baseURL: url.href.endsWith('/') ? url.href.slice(0, -1) : url.href,
    provider:
      options.provider ?? (isDefault ? 'openai' : `openai@${url.host}${url.pathname.replace(/(?:\/v1)?\/?$/, '')}`),
    api,
    embeddingEncoding,
    timeoutMs,
    idleTimeoutMs,
    allows,
    ...(budget !== undefined && { budget: budgetScope(budget) }),
    prices: { ...(servesOpenAI(url) && openaiPrices), ...prices },
    promptCache,
    prompts: typeof prompts === 'string' || prompts instanceof URL ? readPrompts(prompts) : prompts,
    ...(limits && { limits }),
    ...(retry && { retry }),
    ...(maxPassageTokens !== undefined && { maxPassageTokens }),
    ...(tokenizer !== undefined && { tokenizer: String(tokenizer) }),
  }
}

/** Provider and name. Custom prompts change answers, so their digest is part of it. */
export function modelId({ provider, model, prompts }: ResolvedOpenAIOptions): string {
  const texts = Object.entries(prompts).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const digest = texts.length === 0 ? '' : `+prompts-${hash('sha256', JSON.stringify(texts), 'hex').slice(0, 8)}`
  return `${provider}/${model}${digest}`
}

/** The settings for `shareModel`. */
export function settingsOf(options: ResolvedOpenAIOptions): ModelSettings {
  const { allows, limits, retry, budget, prompts, maxPassageTokens, prices, model, tokenizer, promptCache } = options
  const price = priceOf(prices, model)
  return {
    allows,
    prompts,
    ...(limits && { limits }),
    ...(retry && { retry }),
    ...(budget && { budget }),
    ...(price && { price }),
    ...(promptCache && { promptCache: { waitMs: promptCache.waitMs } }),
    ...(maxPassageTokens !== undefined && { maxPassageTokens }),
    ...(tokenizer !== undefined && { countTokens: loadTokenizer(tokenizer) }),
  }
}
