import { OptionError, SkeinError } from '../values/errors.ts'
import { outlast } from '../values/outlast.ts'
import { requireInteger } from '../values/require-option.ts'
import { hasTrait } from '../store/collections.ts'
import type { ShownChange } from './shown.ts'
import type { StoredSpace } from './space.ts'
import type { Change, ChangePage } from '../store/change.ts'
import type { Seq } from '../store/record.ts'
import { requireOptions } from '../values/require-options.ts'

/** Options of `View.watch`. */
export interface WatchOptions {
  /**
   * The position to start after.
   *
   * @defaultValue now
   */
  readonly after?: Seq
  /** Ends the watch without an error. */
  readonly signal?: AbortSignal
}

/** The feed no longer holds the requested changes. Read the records again and watch from `last` on. */
export class FeedTrimmedError extends SkeinError {
  readonly code = 'SKEIN_FEED_TRIMMED'
  readonly after: Seq
  readonly last: Seq
  /** Whether the store lost changes, for example because an older backup took its place; otherwise it dropped them for their age. */
  readonly isLoss: boolean

  constructor(after: Seq, last: Seq, isLoss = false) {
    const why = isLoss
      ? `The store lost changes: ${after} is no longer a position of its feed.`
      : `The feed no longer holds what came after ${after}.`
    super(`${why} Read the records again, then watch after ${last}.`)
    this.after = after
    this.last = last
    this.isLoss = isLoss
  }
}

/** Who watches: `Sight`. */
interface Watcher {
  seeChange(change: Change, action: 'watch'): ShownChange | undefined
}

/** Where a watch begins: the position of a feed, and whose, if that is known. */
type Start = Pick<ChangePage, 'last' | 'incarnation'>

const pageSize = 500
/** A watcher polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000

/** Yields the changes of records whose `collection/id` begins with the prefix, in order, without gaps. */
export function watchFeed(
  space: StoredSpace,
  actor: Watcher,
  prefix: string,
  options: WatchOptions,
): AsyncGenerator<ShownChange, void, undefined> {
  const { after, signal } = requireOptions('watch', options, { after: 'any', signal: 'object' })
  if (typeof prefix !== 'string') throw new OptionError('prefix', 'a string', prefix)
  if (after !== undefined) requireInteger('after', after, 0)
  // Read now, not with the first change: the watch begins with this call.
  const start =
    after === undefined
      ? space.store.changes(Number.MAX_SAFE_INTEGER, 1)
      : Promise.resolve({ last: after, incarnation: undefined })
  // A caller that never asks for a change never sees the error.
  start.catch(() => {})
  return follow(space, actor, prefix, start, signal)
}

async function* follow(
  space: StoredSpace,
  actor: Watcher,
  prefix: string,
  start: Promise<Start>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ShownChange, void, undefined> {
  for await (const change of changesAfter(space, await start, signal)) {
    const { collection, id } = change
    const isWanted = hasTrait(collection, 'shown') && `${collection}/${id}`.startsWith(prefix)
    const seen = isWanted ? actor.seeChange(change, 'watch') : undefined
    if (seen) yield seen
  }
}

/**
 * All changes from now on, regardless of clearance: for the memory's own use.
 *
 * @param onStart - Called once, when whatever follows will be told of.
 */
export async function* followFeed(
  space: StoredSpace,
  signal: AbortSignal,
  onStart: () => void,
): AsyncGenerator<Change, void, undefined> {
  const page = await outlastOrStop(space, () => space.store.changes(Number.MAX_SAFE_INTEGER, 1), signal)
  if (!page) return
  onStart()
  yield* changesAfter(space, page, signal)
}

async function* changesAfter(
  space: StoredSpace,
  start: Start,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change, void, undefined> {
  let { last: position, incarnation } = start
  while (!signal?.aborted) {
    space.assertOpen()
    const seen = space.epochs.announced
    const page = await outlastOrStop(space, () => space.store.changes(position, pageSize), signal)
    if (!page) return
    const isOther = incarnation !== undefined && page.incarnation !== incarnation
    if (isOther || page.last < position) throw new FeedTrimmedError(position, page.last, true)
    if (page.trimmed) throw new FeedTrimmedError(position, page.last)
    incarnation = page.incarnation
    for (const change of page.changes) {
      position = change.seq
      yield change
      if (signal?.aborted) return
    }
    if (page.changes.length === 0) await untilWoken(space, seen, signal)
  }
}

/** Goes on after an outage from where it was; `undefined` once the signal has aborted. */
async function outlastOrStop<Result>(
  space: StoredSpace,
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  try {
    return await outlast(work, { signal, onOutage: (error) => space.noteOutage(error) })
  } catch (error) {
    if (signal?.aborted) return undefined
    throw error
  }
}

async function untilWoken(space: StoredSpace, seen: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await space.epochs.untilAnnounced(seen, fallbackPollMs, signal)
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
