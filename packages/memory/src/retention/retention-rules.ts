import { collections, hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordMeta } from '../store/record.ts'
import { requireLevel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { requireCount, requireLifetime, requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** How long some records are kept; a rule applies to records that match all of its properties. */
export interface RetentionRule {
  /** A kind of memory: facts, observations, decisions, learnings, alerts, escalations or objects; all of them when left out. */
  readonly collection?: Collection
  readonly tag?: string
  /** Records of exactly this level. */
  readonly sensitivity?: Level
  /** From its last write on, in milliseconds. Where several rules hold for a record, the shortest counts. */
  readonly keepMs: number
}

const kinds: OptionKinds<RetentionRule> = { collection: 'string', tag: 'string', sensitivity: 'any', keepMs: 'any' }

/**
 * The kinds of memory that rules are about: what agents and people write, other than what runtimes keep. Corrections go
 * with what they are about.
 */
export const retained: readonly Collection[] = (Object.keys(collections) as Collection[]).filter((name) => {
  const isWritten = hasTrait(name, 'derived') && (hasTrait(name, 'shared') || hasTrait(name, 'identified'))
  return isWritten && name !== 'corrections'
})

const mostRules = 100

/** @throws OptionError */
export function requireRetention(rules: readonly RetentionRule[]): void {
  if (!Array.isArray(rules))
    throw new OptionError('retention', 'an array of rules such as { keepMs: 86_400_000 }', rules)
  requireCount('retention', rules.length, mostRules)
  for (const [index, rule] of rules.entries()) {
    const path = `retention.${index}`
    const { collection, tag, sensitivity, keepMs } = requireOptions<RetentionRule>('openMemory', rule, kinds, path)
    if (collection !== undefined && !retained.includes(collection)) {
      throw new OptionError(`${path}.collection`, `one of ${retained.join(', ')}`, collection)
    }
    if (tag !== undefined) requireStrings(`${path}.tag`, [tag])
    if (sensitivity !== undefined) requireLevel(`${path}.sensitivity`, sensitivity)
    requireLifetime('keepMs', keepMs)
  }
}

/** The shortest time that a rule keeps a record; `undefined` where none is about it. */
export function keepMsOf(
  rules: readonly RetentionRule[],
  collection: Collection,
  { tags, sensitivity }: Pick<RecordMeta, 'tags' | 'sensitivity'>,
): number | undefined {
  const matching = rules.filter(
    (rule) =>
      (rule.collection === undefined ? retained.includes(collection) : rule.collection === collection) &&
      (rule.tag === undefined || tags.includes(rule.tag)) &&
      (rule.sensitivity === undefined || rule.sensitivity === sensitivity),
  )
  return matching.length === 0 ? undefined : Math.min(...matching.map(({ keepMs }) => keepMs))
}
