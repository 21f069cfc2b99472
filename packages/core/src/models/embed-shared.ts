import { OptionError } from '@skein/memory'
import type { OnceResult } from '@skein/memory'
import { requireLifetime } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'
import type { Cost } from '@skein/memory/types'

import type { AnswerOrigin, CallOptions } from './call-options.ts'
import { EmbedBatch, hasDirection, packVector, unpackVector } from './embed-batch.ts'
import type { KeptVector, MadeVector } from './embed-batch.ts'
import type { EmbedRequest, EmbedResponse } from './model.ts'
import type { BudgetExceededError } from '../limits/budget-exceeded-error.ts'
import { ModelCallError } from './model-errors.ts'
import type { ModelCalls } from './model-calls.ts'
import type { Model } from './model.ts'
import { embedIdentity, shareKey } from './share-key.ts'
import { costOfCall } from './usage.ts'
import type { CountTokens } from './count-tokens.ts'

/** What {@link embedShared} works with. */
export interface EmbedContext {
  /** The id of the model. */
  readonly model: string
  readonly embed: NonNullable<Model['embed']>
  readonly calls: ModelCalls
  readonly count: CountTokens
  /** How sensitive the texts are. */
  readonly label: Label
}

/** Embeds texts: each once for the whole memory, those without a stored vector in few requests. */
export async function embedShared(
  given: EmbedContext,
  { texts, dimensions }: EmbedRequest,
  { share = true, ttlMs, signal }: CallOptions,
): Promise<EmbedResponse & AnswerOrigin> {
  const context = { ...given, calls: given.calls.forVectors }
  const { model, calls, label } = context
  if (texts.some((text) => typeof text !== 'string' || text === '')) {
    throw new OptionError('texts', 'an array of non-empty strings', '')
  }
  if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
  const keyOf = (text: string): string => shareKey(model, 'embed', embedIdentity(text, dimensions))
  const different = [...new Set(texts)]
  for (const text of different) calls.requireClearance({ key: keyOf(text), label })
  const exceeded: BudgetExceededError[] = []
  const batch = new EmbedBatch(async (some, stop) => {
    const made = await embedNow(context, { texts: some, ...(dimensions !== undefined && { dimensions }) }, stop)
    if (made.exceeded) exceeded.push(made.exceeded)
    return made.vectors
  })
  const never = new AbortController().signal
  const unpacked = new Map<string, Float32Array>()
  const isVector = (text: string, kept: unknown): boolean => {
    const { vector } = (kept ?? {}) as Partial<KeptVector>
    if (typeof vector !== 'string') return false
    const numbers = unpackVector(vector)
    unpacked.set(text, numbers)
    return hasDirection(numbers)
  }
  const kept = await Promise.all(
    different.map(async (text): Promise<OnceResult<KeptVector>> => {
      if (!share) {
        const { kept: value, cost } = await batch.add(text, signal ?? never)
        calls.noteUse(cost)
        return { value, cost, reused: false }
      }
      const accept = (value: unknown): boolean => isVector(text, value)
      return calls.once(
        keyOf(text),
        async (work) => {
          const { kept: value, cost } = await batch.add(text, work.signal)
          work.reportUsage(cost)
          work.reportDuration(cost.ms)
          return value
        },
        { signal, ttlMs, accept },
      )
    }),
  )
  if (exceeded[0]) throw exceeded[0]
  const byText = new Map(
    different.map((text, index) => [text, unpacked.get(text) ?? unpackVector(kept[index]?.value.vector ?? '')]),
  )
  const costs = kept.map(({ value }) => value.usd)
  return {
    vectors: texts.map((text) => byText.get(text) as Float32Array),
    usage: { inputTokens: Math.round(kept.reduce((sum, { value }) => sum + value.tokens, 0)), outputTokens: 0 },
    reused: kept.every((one) => one.reused),
    usd: costs.includes(undefined) ? undefined : costs.reduce<number>((sum, usd = 0) => sum + usd, 0),
  }
}

/** Makes one request; its tokens and its cost are divided among the texts by their length. */
async function embedNow(
  { model, embed, calls, label, count }: EmbedContext,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<{ vectors: (MadeVector | ModelCallError)[]; exceeded: BudgetExceededError | undefined }> {
  const lengths = request.texts.map((text) => count(text))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  let tookMs = 0
  const { answer, exceeded } = await calls.make<EmbedResponse>(
    {
      key: shareKey(model, 'embed', request.texts),
      label,
      estimate: () => ({ inputTokens: total, outputTokens: 0 }),
      attempt: (stop) => embed(request, { signal: stop }),
    },
    signal,
    (ms) => (tookMs = ms),
  )
  const malformed = new ModelCallError('SKEIN_MODEL_MALFORMED', model)
  if (answer.vectors.length !== request.texts.length) throw malformed
  const whole = { ...costOfCall(answer.usage, calls.costOf(answer.usage)), ms: tookMs }
  const vectors = answer.vectors.map((vector, index): MadeVector | ModelCallError => {
    // One that is compared with nothing must not cost the others.
    if (!hasDirection(vector) || vector.length !== (request.dimensions ?? vector.length)) return malformed
    const cost = partOfCost(whole, (lengths[index] as number) / total)
    const { inputTokens: tokens, usd } = cost
    return { kept: { vector: packVector(vector), tokens, ...(usd !== undefined && { usd }) }, cost }
  })
  return { vectors, exceeded }
}

function partOfCost({ calls, ms, inputTokens, outputTokens, cachedInputTokens, usd }: Cost, part: number): Cost {
  return {
    calls: calls * part,
    ms: ms * part,
    inputTokens: inputTokens * part,
    outputTokens: outputTokens * part,
    cachedInputTokens: cachedInputTokens * part,
    ...(usd !== undefined && { usd: usd * part }),
  }
}
