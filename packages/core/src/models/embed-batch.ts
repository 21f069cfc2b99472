import type { Cost } from '@skein/memory/types'

import { ModelCallError } from './model-errors.ts'

/** The stored vector of one text: the bytes of its 32-bit floats in base64, and the tokens of the text. */
export interface KeptVector {
  readonly vector: string
  readonly tokens: number
  readonly usd?: number | undefined
}

/** The vector of one text, and its part of the request. */
export interface MadeVector {
  readonly kept: KeptVector
  readonly cost: Cost
}

interface Waiting {
  readonly text: string
  readonly signal: AbortSignal
  readonly resolve: (vector: MadeVector) => void
  readonly reject: (error: unknown) => void
}

/** How long a batch waits for further texts, in milliseconds. */
const collectMs = 5
/** Most texts that servers accept in one request. */
const maxTexts = 256

/** Requests vectors: for each text one, or why it has none. */
type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<readonly (MadeVector | ModelCallError)[]>

/** Collects texts that have no stored vector, and embeds them in few requests. */
export class EmbedBatch {
  readonly #embed: Embed
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(embed: Embed) {
    this.#embed = embed
  }

  /** @throws what the request throws, for each of its texts. */
  add(text: string, signal: AbortSignal): Promise<MadeVector> {
    const { promise, resolve, reject } = Promise.withResolvers<MadeVector>()
    this.#waiting.push({ text, signal, resolve, reject })
    if (this.#waiting.length >= maxTexts) void this.#send()
    else this.#timer ??= setTimeout(() => void this.#send(), collectMs)
    return promise
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    this.#waiting = []
    const allAborted = new AbortController()
    const onAbort = (): void => {
      // Others may still wait for their vectors.
      if (batch.every(({ signal }) => signal.aborted)) allAborted.abort(batch[0]?.signal.reason)
    }
    for (const { signal } of batch) signal.addEventListener('abort', onAbort, { once: true })
    try {
      const vectors = await this.#embed(
        batch.map(({ text }) => text),
        allAborted.signal,
      )
      for (const [index, { resolve, reject }] of batch.entries()) {
        const vector = vectors[index] as MadeVector | ModelCallError
        if (vector instanceof ModelCallError) reject(vector)
        else resolve(vector)
      }
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      for (const { signal } of batch) signal.removeEventListener('abort', onAbort)
    }
  }
}

/** Encodes a vector in base64. */
export function packVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** Decodes a vector. */
export function unpackVector(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  const vector = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT)
  Buffer.from(vector.buffer).set(bytes)
  return vector
}

/** Whether a vector has a direction: not NaN, not infinite, not zero. */
export function hasDirection(vector: Float32Array): boolean {
  let sum = 0
  for (const part of vector) sum += part * part
  return sum > 0 && Number.isFinite(sum)
}
