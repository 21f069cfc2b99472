import type { ModelUsage } from './usage.ts'

/** Texts to turn into vectors. */
export interface EmbedRequest {
  readonly texts: readonly string[]
  /** Length of the vectors, where the model offers a choice. */
  readonly dimensions?: number
}

/** One vector for each text, in the same order. */
export interface EmbedResponse {
  readonly vectors: readonly Float32Array[]
  readonly usage: ModelUsage
}
