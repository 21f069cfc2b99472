import { searchBys } from '../space/meaning-search.ts'
import type { SearchBy } from '../space/meaning-search.ts'
import { audienceOf } from '../values/access.ts'
import type { Audience, Clearance } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { requireDuration, requireInteger, requireStrings } from '../values/require-option.ts'
import { requireObject, requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import type { VectorForm } from './vector-form.ts'

/** Turns texts into vectors: texts with similar meanings get vectors of similar direction. */
export interface Embedder {
  /** The model, and everything else that changes its vectors. Vectors of another id are never compared with these. */
  readonly id: string
  /** The length of its vectors, at most 8,192. */
  readonly dimensions: number
  /**
   * Makes one attempt: one vector for each text, in the same order. A rejected attempt is repeated later.
   *
   * @param options - The signal aborts on a time-out, and when the memory is closed.
   */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<readonly ArrayLike<number>[]>
  /**
   * The most sensitive data that it may be given. Records above have no vector and are found by their words alone.
   *
   * @defaultValue everything: the model runs in this process
   */
  readonly allows?: Clearance
  /**
   * Most texts of one attempt.
   *
   * @defaultValue 64
   */
  readonly maxTexts?: number
  /**
   * Longer texts are cut there, so their vector covers only the beginning.
   *
   * @defaultValue 8_000
   */
  readonly maxTextLength?: number
  /**
   * How long an attempt may take, in milliseconds.
   *
   * @defaultValue 30_000
   */
  readonly timeoutMs?: number
}

/** Search by meaning, which is off unless there is an embedder. */
export interface MeaningOptions {
  readonly embedder: Embedder
  /**
   * Facts whose keys begin with one of these are found by their meaning, too; `['']` is all of them. A fact gets a new
   * vector each time it changes, so leave out counters and states.
   *
   * @defaultValue none: facts are found by their words
   */
  readonly facts?: readonly string[]
  /**
   * How vectors are stored: a byte for each dimension, or a 32-bit float.
   *
   * @defaultValue 'int8'
   */
  readonly vectors?: VectorForm
  /**
   * The search method used by default. Where the embedder fails, they find by words.
   *
   * @defaultValue 'both'
   */
  readonly by?: SearchBy
  /**
   * How long a search that does not say how to find waits for the embedder, in milliseconds; then it finds by words.
   *
   * @defaultValue 2_000
   */
  readonly maxWaitMs?: number
}

/** Validated options with all defaults filled in. */
export interface ResolvedMeaning {
  readonly embedder: Omit<Required<Embedder>, 'allows'>
  /** The clearance of the embedder: texts above it are not sent. `undefined` covers everything. */
  readonly allows: Audience | undefined
  readonly facts: readonly string[]
  readonly form: VectorForm
  readonly by: SearchBy
  readonly maxWaitMs: number
}

const optionKinds: OptionKinds<MeaningOptions> = {
  embedder: 'any',
  facts: 'any',
  vectors: 'any',
  by: 'any',
  maxWaitMs: 'any',
}
const embedderDefaults = { maxTexts: 64, maxTextLength: 8_000, timeoutMs: 30_000 } as const

/** @throws OptionError */
function requireBeginnings(facts: readonly string[]): void {
  if (Array.isArray(facts) && facts.every((begin) => typeof begin === 'string')) return
  throw new OptionError('search.facts', "an array of beginnings of keys, such as ['customer/']", facts)
}

/** @throws OptionError */
export function resolveMeaning(options: MeaningOptions | undefined): ResolvedMeaning | undefined {
  if (options === undefined) return undefined
  const given = requireOptions('search', options, optionKinds, 'search')
  const { embedder, facts = [], vectors: form = 'int8', by = 'both', maxWaitMs = 2_000 } = given
  requireBeginnings(facts)
  if (form !== 'int8' && form !== 'float32') throw new OptionError('search.vectors', "'int8' or 'float32'", form)
  requireSearchBy('search.by', by)
  requireDuration('search.maxWaitMs', maxWaitMs)
  // An embedder may be an object of a class, with more properties than these.
  requireObject('search.embedder', embedder, 'an embedder such as { id, dimensions, embed }')
  const { id, dimensions, allows } = embedder
  const { maxTexts, maxTextLength, timeoutMs } = { ...embedderDefaults, ...definedLimits(embedder) }
  requireStrings('search.embedder.id', [id])
  requireInteger('search.embedder.dimensions', dimensions, 1, 8_192)
  if (typeof embedder.embed !== 'function') throw new OptionError('search.embedder.embed', 'a function', embedder.embed)
  requireInteger('search.embedder.maxTexts', maxTexts, 1, 2_048)
  requireInteger('search.embedder.maxTextLength', maxTextLength, 1)
  requireDuration('search.embedder.timeoutMs', timeoutMs)
  const audience = allows && audienceOf({ id: 'embedder', role: 'embedder', clearance: allows })
  const embed: Embedder['embed'] = (texts, stop) => embedder.embed(texts, stop)
  return {
    embedder: { id, dimensions, embed, maxTexts, maxTextLength, timeoutMs },
    allows: audience,
    facts: [...facts],
    form,
    by,
    maxWaitMs,
  }
}

/** @throws OptionError */
export function requireSearchBy(option: string, by: unknown): asserts by is SearchBy {
  if (!searchBys.includes(by as SearchBy)) throw new OptionError(option, "'words', 'meaning' or 'both'", by)
}

type Limits = Pick<Embedder, 'maxTexts' | 'maxTextLength' | 'timeoutMs'>

function definedLimits({ maxTexts, maxTextLength, timeoutMs }: Embedder): Limits {
  return {
    ...(maxTexts !== undefined && { maxTexts }),
    ...(maxTextLength !== undefined && { maxTextLength }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  }
}
