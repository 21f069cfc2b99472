import type { Actor } from '../space/actor.ts'
import { limits } from '../values/limits.ts'
import { requireFilter, requireInteger, requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { toFact } from './fact.ts'
import type { Fact } from './fact.ts'
import type { Page } from '../kinds/journal.ts'

/** Options of `Facts.list`; a fact must match all filters. */
export interface ListFactsOptions {
  /** How the keys begin, such as `prospect/`; every key by default. */
  readonly prefix?: string
  readonly task?: string
  /** The last writer. */
  readonly author?: string
  /** All of these. */
  readonly tags?: readonly string[]
  /**
   * At most 1,000.
   *
   * @defaultValue 50
   */
  readonly limit?: number
  /** The `cursor` of an earlier page: the list continues behind its last key. */
  readonly cursor?: string | undefined
}

/** What a list and a walk over all facts filter by. */
export type FactFilter = Omit<ListFactsOptions, 'cursor' | 'limit'>

/** For {@link FactFilter}. */
export const factFilterKinds: OptionKinds<FactFilter> = { prefix: 'string', task: 'any', author: 'any', tags: 'any' }
const kinds: OptionKinds<ListFactsOptions> = { ...factFilterKinds, limit: 'any', cursor: 'string' }

/** Lists facts in the order of their keys. @throws OptionError */
export async function listFacts<T>(actor: Actor, options: ListFactsOptions): Promise<Page<Fact<T>>> {
  const { prefix = '', limit = 50, cursor, ...filter } = requireOptions('facts.list', options, kinds)
  requireInteger('limit', limit, 1, limits.page)
  const { task, author, tags } = filter
  requireFilter({ task, author })
  if (tags !== undefined) requireStrings('tags', tags)
  if (prefix !== '') requireStrings('prefix', [prefix])
  if (cursor !== undefined) requireStrings('cursor', [cursor])
  const page = await actor.list({ ...filter, collection: 'facts', prefix, limit, after: cursor })
  const items = page.records.map((record) => toFact<T>(record))
  return page.next === undefined ? { items } : { items, cursor: page.next }
}
