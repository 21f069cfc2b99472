import { ModelCallError } from '@skein/core'
import { estimateTokens } from '@skein/core/executor'
import type { EmbedRequest, EmbedResponse } from '@skein/core/executor'
import type { OpenAI } from 'openai'

import { isCount } from './answer-parts.ts'
import type { Exchange } from './exchange.ts'
import type { ResolvedOpenAIOptions } from './openai-options.ts'

/** Requests the vectors of texts, and checks that there is one for each. */
export async function embedTexts(
  client: OpenAI,
  { model, embeddingEncoding }: ResolvedOpenAIOptions,
  { texts, dimensions }: EmbedRequest,
  { model: id, signal, begin }: Exchange,
): Promise<EmbedResponse> {
  const size = dimensions === undefined ? {} : { dimensions }
  const answer = await client.embeddings.create(
    { model, input: [...texts], encoding_format: embeddingEncoding, ...size },
    { signal },
  )
  begin('')
  const { data, usage } = (answer ?? {}) as Partial<OpenAI.CreateEmbeddingResponse>
  const vectors = texts.map((_, index) => decode(data?.find((entry) => entry.index === index)?.embedding))
  const lengths = new Set(vectors.map((vector) => vector?.length ?? 0))
  if (lengths.size !== 1 || lengths.has(0)) throw new ModelCallError('SKEIN_MODEL_MALFORMED', id)
  const isCounted = isCount(usage?.prompt_tokens)
  const inputTokens = isCounted ? usage.prompt_tokens : texts.reduce((sum, text) => sum + estimateTokens(text), 0)
  return {
    vectors: vectors.filter((vector) => vector !== undefined),
    usage: { inputTokens, outputTokens: 0, ...(!isCounted && { estimated: true }) },
  }
}

/** Decodes an array of numbers, or base64 of little-endian 32-bit floats, whichever the server sent. */
function decode(embedding: unknown): Float32Array | undefined {
  if (Array.isArray(embedding)) {
    return embedding.every((part) => Number.isFinite(part)) ? Float32Array.from(embedding as number[]) : undefined
  }
  if (typeof embedding !== 'string') return undefined
  const bytes = Buffer.from(embedding, 'base64')
  if (bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: bytes.length / Float32Array.BYTES_PER_ELEMENT }, (_, index) =>
    view.getFloat32(index * Float32Array.BYTES_PER_ELEMENT, true),
  )
}
