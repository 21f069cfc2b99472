import type { Collection } from '../store/collections.ts'
import type { PastVersion } from '../store/past.ts'
import type { RecordKey, Seq, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { trimmed } from '../store/past.ts'
import { HistoryError } from '../values/history-error.ts'
import { unopened } from '../values/sealed-text.ts'
import { ruleFor } from './history-options.ts'
import type { HistoryRules, ResolvedRule } from './history-options.ts'

/** A record and the versions before it, newest first; all of one moment or a later one. */
export interface Versions {
  readonly current: StoredRecord | undefined
  readonly past: readonly PastVersion[]
}

/** Reads records with their past versions, as far as the rules keep them and none has expired. */
export async function readVersions(
  store: Store,
  rules: HistoryRules,
  keys: readonly RecordKey[],
): Promise<readonly Versions[]> {
  if (keys.length === 0) return []
  // In this order: what is replaced in between is among the past versions, too.
  const present = await store.read(keys)
  const found = await store.past(keys)
  const now = store.now()
  return keys.map((key, index) => {
    const current = present[index]
    const past = kept(found[index] ?? [], ruleFor(rules, key), now)
    return { current, past: past.filter(({ record }) => current === undefined || record.version < current.version) }
  })
}

/** What is still to be shown, though it may lie there for longer. */
function kept(past: readonly PastVersion[], { versions, keepMs }: ResolvedRule, now: number): readonly PastVersion[] {
  const young = past.filter(({ record, until, deleted }) => {
    const { expiresAt = Infinity } = record
    return until > now - keepMs && (deleted || expiresAt > now)
  })
  const beyond = new Set(trimmed(young, versions))
  return young.filter((version) => !beyond.has(version))
}

/** @throws HistoryError when a time is before all that is kept of a key, whatever there is. */
export function requireReach(rules: HistoryRules, key: RecordKey, asOf: number, now: number): void {
  const reachesTo = now - ruleFor(rules, key).keepMs
  if (asOf < reachesTo) throw new HistoryError(asOf, reachesTo, `${key.collection}/${key.id}`)
}

/** @throws HistoryError when some of the records whose ids begin in this way may have been of that time and be gone */
export function requireReachOf(
  rules: HistoryRules,
  collection: Collection,
  prefix: string,
  asOf: number,
  now: number,
): void {
  const all = collection === 'facts' ? rules : rules.slice(-1)
  const concerned = all.filter(([start]) => start.startsWith(prefix) || prefix.startsWith(start))
  for (const [, { versions, keepMs }] of concerned) {
    if (versions > 0 && asOf < now - keepMs) throw new HistoryError(asOf, now - keepMs, collection)
  }
}

/**
 * The record as it was at a time that the rules reach back to. Where its version of that time is gone, since there were
 * many, the value is an error for those who may see the oldest version that is left.
 *
 * @param before - A write of that very time; what was written after it, in the same millisecond, does not count.
 */
export function recordAsOf(
  { current, past }: Versions,
  asOf: number,
  before: Seq = Infinity,
): StoredRecord | undefined {
  const wasThere = ({ updatedAt, seq }: StoredRecord): boolean => updatedAt <= asOf && seq < before
  if (current && wasThere(current)) return current
  const found = past.find(({ record, deleted, until }, index) => {
    const next = index === 0 ? current : past[index - 1]?.record
    return !deleted && wasThere(record) && (until > asOf || (next !== undefined && next.seq >= before))
  })
  if (found) return found.record
  if (past.some(({ record }) => wasThere(record))) return undefined
  const oldest = past.at(-1)?.record ?? current
  if (!oldest || oldest.createdAt > asOf) return undefined
  const error = new HistoryError(asOf, oldest.updatedAt, `${oldest.collection}/${oldest.id}`)
  return { ...oldest, value: unopened(error) }
}
