import { ModelCallError } from '@skein/core'
import { estimateTokens, isCount } from '@skein/core/executor'
import type { EmbedRequest, EmbedResponse, Exchange } from '@skein/core/executor'

import { vectorsOf } from './answers/vectors.ts'
import type { AbilityTable } from './requests/abilities.ts'
import { negotiate } from './requests/negotiate.ts'
import { fieldsOf } from './wire/json-values.ts'
import type { Server } from './wire/server.ts'

/** What {@link embedTexts} works with. */
export interface EmbedContext {
  readonly server: Server
  readonly table: AbilityTable
  readonly model: string
  readonly embeddingEncoding: 'base64' | 'float'
}

interface Progress {
  readonly vectors: Float32Array[]
  /** Most texts that went into one request after the server had refused more. */
  mostTexts: number
  inputTokens: number
  isEstimated: boolean
}

/** What was answered before an attempt failed: the next attempt of the same request goes on there. */
const unfinished = new WeakMap<EmbedRequest, Progress>()

/**
 * Requests the vectors of texts, in as many requests as the server wants, and checks that there
 * is one for each. What one attempt has received, the next does not ask for again.
 */
export async function embedTexts(
  context: EmbedContext,
  request: EmbedRequest,
  exchange: Exchange,
): Promise<EmbedResponse> {
  const { texts } = request
  const progress = unfinished.get(request) ?? {
    vectors: [],
    mostTexts: Number.POSITIVE_INFINITY,
    inputTokens: 0,
    isEstimated: false,
  }
  // Attempts at the same time have nothing in common.
  unfinished.delete(request)
  try {
    while (progress.vectors.length < texts.length) {
      exchange.beginNext(progress.inputTokens)
      await embedSome(context, request, exchange, progress)
    }
  } catch (error) {
    if (progress.vectors.length > 0) unfinished.set(request, progress)
    throw error
  }
  const { vectors, inputTokens, isEstimated } = progress
  return { vectors, usage: { inputTokens, outputTokens: 0, ...(isEstimated && { estimated: true }) } }
}

async function embedSome(
  { server, table, model, embeddingEncoding }: EmbedContext,
  { texts, dimensions }: EmbedRequest,
  exchange: Exchange,
  progress: Progress,
): Promise<void> {
  const from = progress.vectors.length
  const rest = texts.slice(from, from + Math.min(progress.mostTexts, table.for(undefined).mostTexts))
  const uses = { base64: embeddingEncoding === 'base64', texts: rest.length }
  await negotiate(table, uses, exchange, async ({ mostTexts, base64 }) => {
    const input = rest.slice(0, mostTexts)
    const encoding_format = base64 ? embeddingEncoding : 'float'
    const body = { model, input, encoding_format, ...(dimensions !== undefined && { dimensions }) }
    let document: unknown
    for await (const received of server.ask('/embeddings', body, exchange.signal)) document ??= received
    exchange.arrive()
    const vectors = vectorsOf(document, input.length)
    const length = progress.vectors[0]?.length ?? vectors?.[0]?.length
    if (!vectors || vectors[0]?.length !== length) throw new ModelCallError('SKEIN_MODEL_MALFORMED', exchange.model)
    const counted = fieldsOf(fieldsOf(document)['usage'])['prompt_tokens']
    const isCounted = isCount(counted) && counted > 0
    progress.isEstimated ||= !isCounted
    progress.inputTokens += isCounted ? counted : input.reduce((sum, text) => sum + estimateTokens(text), 0)
    progress.vectors.push(...vectors)
    if (input.length < rest.length) progress.mostTexts = input.length
  })
}
