import { EmbedderError } from '../values/errors.ts'
import type { ResolvedMeaning } from './embedder.ts'
import { hasDirection } from './vector-form.ts'

type Embedder = ResolvedMeaning['embedder']

/**
 * Makes one attempt at the vectors of some texts.
 *
 * @throws EmbedderError when the embedder fails, takes too long or answers something else than one usable vector for
 * each text; the signal's reason.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly ArrayLike<number>[]> {
  const { id, timeoutMs } = embedder
  const timeout = AbortSignal.timeout(timeoutMs)
  const stop = AbortSignal.any([signal, timeout])
  stop.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(stop.reason as Error)
  stop.addEventListener('abort', onAbort)
  try {
    // An embedder need not heed the signal.
    const vectors = await Promise.race([attempt(embedder, texts, stop), aborted])
    requireVectors(embedder, vectors, texts.length)
    return vectors
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof EmbedderError) throw cause
    if (timeout.aborted) {
      const message = `did not answer within ${timeoutMs} ms. Raise \`timeoutMs\`, or lower \`maxTexts\`.`
      throw new EmbedderError(id, message, { cause })
    }
    throw new EmbedderError(id, 'failed; the cause says why. Skein tries again.', { cause })
  } finally {
    stop.removeEventListener('abort', onAbort)
  }
}

/** What an embedder throws at once, it throws as a promise. */
async function attempt(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<readonly ArrayLike<number>[]> {
  return embedder.embed(texts, { signal })
}

function requireVectors({ id, dimensions }: Embedder, vectors: readonly ArrayLike<number>[], count: number): void {
  if (!Array.isArray(vectors) || vectors.length !== count) {
    const found = Array.isArray(vectors) ? `${vectors.length} of them` : typeof vectors
    throw new EmbedderError(id, `must return an array with a vector for each of ${count} texts, got ${found}.`)
  }
  for (const vector of vectors as readonly (ArrayLike<number> | null | undefined)[]) {
    if (vector?.length !== dimensions) {
      const found = vector?.length === undefined ? 'something else' : `one of ${vector.length}`
      throw new EmbedderError(
        id,
        `must return vectors of ${dimensions} dimensions, got ${found}. Correct \`dimensions\`.`,
      )
    }
    if (!isNumbers(vector) || !hasDirection(vector)) {
      throw new EmbedderError(id, 'must return vectors of finite numbers that are not all zero. Skein tries again.')
    }
  }
}

function isNumbers(vector: ArrayLike<number>): boolean {
  return ArrayBuffer.isView(vector) || Array.from(vector).every((part) => typeof part === 'number')
}
