import type { Correction } from '../corrections/correction.ts'
import { doubtsOf } from '../corrections/doubts.ts'
import { correctionsOf } from '../corrections/find-corrections.ts'
import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { isObjectId, visibleSources } from '../store/source-name.ts'
import type { Audience } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireInteger } from '../values/require-option.ts'
import { objectInfo, objectKey } from './object-info.ts'
import type { Ref } from './ref.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** An object in a lineage. */
export interface LineageNode {
  readonly ref: Ref
  readonly title: string | undefined
  readonly author: string
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly derivedFrom: readonly string[]
  /** Steps from the start of the lineage. */
  readonly distance: number
  /** Why it holds no more; absent while it holds. */
  readonly correction?: Correction
  /** The corrected records that cast doubt on it, as `collection/id`; absent where there are none. */
  readonly doubts?: readonly string[]
}

/** Options of `Objects.lineage`. */
export interface LineageOptions {
  /** `sources`: the objects it was derived from. `uses`: the objects derived from it. */
  readonly direction: 'sources' | 'uses'
  /**
   * At most 100,000.
   *
   * @defaultValue 1_000
   */
  readonly limit?: number
}

const kinds: OptionKinds<LineageOptions> = { direction: 'any', limit: 'any' }

/** Walks a lineage from an object, nearest first, past everything that the principal can't see. @throws OptionError */
export async function walkLineage(actor: Actor, start: Shown, options: LineageOptions): Promise<LineageNode[]> {
  const { direction, limit = 1_000 } = requireOptions('objects.lineage', options, kinds)
  requireInteger('limit', limit, 1, limits.items)
  if (direction !== 'sources' && direction !== 'uses') {
    throw new OptionError('direction', "'sources' or 'uses'", direction)
  }
  const seen = new Set([start.id])
  const found: { record: Shown; distance: number }[] = []
  let frontier: readonly Shown[] = [start]
  for (let distance = 1; frontier.length > 0 && found.length < limit; distance += 1) {
    const steps = await Promise.all(frontier.map((record) => neighborsOf(actor, record, direction)))
    frontier = steps.flat().filter((record) => !seen.has(record.id) && seen.add(record.id))
    found.push(...frontier.map((record) => ({ record, distance })))
  }
  const shown = found.slice(0, limit)
  const records = shown.map(({ record }) => record)
  const [corrections, doubts] = await Promise.all([correctionsOf(actor, records), doubtsOf(actor, records)])
  return shown.map(({ record, distance }) => {
    const [correction, doubtsOfIt] = [corrections.get(record.id), doubts.get(record.id)]
    return {
      ...toNode(record, distance, actor.audience),
      ...(correction && { correction }),
      ...(doubtsOfIt && { doubts: doubtsOfIt }),
    }
  })
}

async function neighborsOf(
  actor: Actor,
  record: Shown,
  direction: LineageOptions['direction'],
): Promise<readonly Shown[]> {
  if (direction === 'uses') {
    const query = { collection: 'objects', derivedFrom: record.id, order: 'oldest', limit: 1_000 } as const
    return (await actor.query(query, 'all')).records
  }
  const sources = record.derivedFrom.filter(isObjectId)
  if (sources.length === 0) return []
  const records = await actor.unseen.read(sources.map((id) => objectKey(id)))
  return actor.seeAll(
    'objects',
    records.filter((source) => source !== undefined),
    'list',
    'all',
  )
}

function toNode(record: Shown, distance: number, audience: Audience): LineageNode {
  const { id, author, task, tags } = record
  const { size, mediaType, title } = objectInfo(record)
  return {
    ref: { id, size, mediaType },
    title,
    author,
    task,
    tags,
    derivedFrom: visibleSources(record, audience),
    distance,
  }
}
