/** A vector of one text, as it is kept: bytes of 32-bit floats, in base64, and the tokens that the text took. */
export interface KeptVector {
  readonly vector: string
  readonly tokens: number
  readonly usd?: number | undefined
}

interface Waiting {
  readonly text: string
  readonly signal: AbortSignal
  readonly resolve: (vector: KeptVector) => void
  readonly reject: (error: unknown) => void
}

/** Texts that turn out to be unknown a little later than the others still go along. */
const patienceMs = 5
/** What servers take in one request. */
const mostTexts = 256

/** Collects texts whose vectors are not known, to ask for them in few requests. */
export class EmbedBatch {
  readonly #embed: (texts: readonly string[], signal: AbortSignal) => Promise<readonly KeptVector[]>
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(embed: (texts: readonly string[], signal: AbortSignal) => Promise<readonly KeptVector[]>) {
    this.#embed = embed
  }

  /** @throws what the request throws, for each of its texts. */
  add(text: string, signal: AbortSignal): Promise<KeptVector> {
    const { promise, resolve, reject } = Promise.withResolvers<KeptVector>()
    this.#waiting.push({ text, signal, resolve, reject })
    if (this.#waiting.length >= mostTexts) void this.#send()
    else this.#timer ??= setTimeout(() => void this.#send(), patienceMs)
    return promise
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting
    this.#waiting = []
    const everyone = new AbortController()
    const leave = (): void => {
      // Others may still wait for theirs.
      if (batch.every(({ signal }) => signal.aborted)) everyone.abort(batch[0]?.signal.reason)
    }
    for (const { signal } of batch) signal.addEventListener('abort', leave, { once: true })
    try {
      const vectors = await this.#embed(
        batch.map(({ text }) => text),
        everyone.signal,
      )
      for (const [index, { resolve }] of batch.entries()) resolve(vectors[index] as KeptVector)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    } finally {
      for (const { signal } of batch) signal.removeEventListener('abort', leave)
    }
  }
}

/** Packs a vector as text. */
export function packVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** Unpacks a vector into memory of its own. */
export function unpackVector(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64')
  const vector = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT)
  Buffer.from(vector.buffer).set(bytes)
  return vector
}
