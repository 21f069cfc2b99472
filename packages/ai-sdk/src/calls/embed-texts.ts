import { ModelCallError } from '@skein/core'
import { estimateTokens, isCount } from '@skein/core/executor'
import type { EmbedRequest, EmbedResponse, Exchange } from '@skein/core/executor'
import { OptionError } from '@skein/memory'

import type { EmbeddingCalls, ProviderOptions } from './language-model.ts'
import { untilAborted } from './until-aborted.ts'

/** Most calls of one request at a time, where the model allows more than one. */
const mostAtOnce = 8

interface Batch {
  readonly texts: readonly string[]
  vectors?: readonly Float32Array[]
  inputTokens: number
  isEstimated: boolean
}

/** What was answered before an attempt failed: the next attempt of the same request goes on there. */
const unfinished = new WeakMap<EmbedRequest, readonly Batch[]>()

/**
 * Requests the vectors of texts, in as many calls as the model wants.
 *
 * @throws OptionError for a length of vectors, which the SDK leaves to the options of providers; what the model throws.
 */
export async function embedTexts(
  model: EmbeddingCalls,
  request: EmbedRequest,
  providerOptions: ProviderOptions,
  exchange: Exchange,
): Promise<EmbedResponse> {
  if (request.dimensions !== undefined) {
    throw new OptionError(
      'dimensions',
      'The AI SDK has no option for the length of vectors. Set that of the provider in `providerOptions`: { openai: { dimensions: 512 } }.',
    )
  }
  const most = (await model.maxEmbeddingsPerCall) ?? Number.POSITIVE_INFINITY
  const batches = unfinished.get(request) ?? batchesOf(request.texts, Math.max(1, most))
  unfinished.delete(request)
  const waiting = batches.filter(({ vectors }) => !vectors)
  const runners = (await model.supportsParallelCalls) ? Math.min(mostAtOnce, waiting.length) : 1
  const run = async (): Promise<void> => {
    for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
      await embedBatch(model, batch, providerOptions, exchange)
      exchange.beginNext(tokensOf(batches))
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: runners }, run))
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) {
    if (batches.some(({ vectors }) => vectors)) unfinished.set(request, batches)
    throw failed.reason
  }
  const vectors = batches.flatMap((batch) => batch.vectors ?? [])
  if (vectors.some(({ length }) => length !== vectors[0]?.length)) {
    throw new ModelCallError('SKEIN_MODEL_MALFORMED', exchange.model)
  }
  const inputTokens = tokensOf(batches)
  const estimated = batches.some(({ isEstimated }) => isEstimated)
  return { vectors, usage: { inputTokens, outputTokens: 0, ...(estimated && { estimated }) } }
}

function batchesOf(texts: readonly string[], size: number): readonly Batch[] {
  const batches: Batch[] = []
  for (let from = 0; from < texts.length; from += size) {
    batches.push({ texts: texts.slice(from, from + size), inputTokens: 0, isEstimated: false })
  }
  return batches
}

/** The tokens of all that was answered. */
function tokensOf(batches: readonly Batch[]): number {
  return batches.reduce((sum, batch) => sum + batch.inputTokens, 0)
}

async function embedBatch(
  model: EmbeddingCalls,
  batch: Batch,
  providerOptions: ProviderOptions,
  { model: id, signal }: Exchange,
): Promise<void> {
  const { texts: values } = batch
  const asked = Promise.resolve(model.doEmbed({ values, abortSignal: signal, providerOptions }))
  const { embeddings, usage } = await untilAborted(asked, signal)
  const isRight = embeddings.length === values.length && embeddings.every((vector) => vector.length > 0)
  if (!isRight) throw new ModelCallError('SKEIN_MODEL_MALFORMED', id)
  const tokens = usage?.tokens
  batch.isEstimated = !isCount(tokens) || tokens === 0
  batch.inputTokens =
    isCount(tokens) && tokens > 0 ? tokens : values.reduce((sum, text) => sum + estimateTokens(text), 0)
  batch.vectors = embeddings.map((vector) => Float32Array.from(vector))
}
