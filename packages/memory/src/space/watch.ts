import { covers } from '../values/access.ts'
import type { Actor } from './actor.ts'
import { SkeinError } from '../values/errors.ts'
import { hasTrait } from '../store/collections.ts'
import type { Space } from './space.ts'
import type { Change } from '../store/change.ts'
import type { Seq } from '../store/record.ts'

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

  constructor(after: Seq, last: Seq) {
    super(`The feed no longer holds what came after ${after}. Read the records anew, then watch after ${last}.`)
    this.after = after
    this.last = last
  }
}

const pageSize = 500
/** A watcher polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000

/** Yields the changes of records whose `collection/id` begins with the prefix, in order, without gaps. */
export function watchFeed(
  space: Space,
  actor: Actor,
  prefix: string,
  { after, signal }: WatchOptions,
): AsyncGenerator<Change, void, undefined> {
  // Read now, not with the first change: the watch begins with this call.
  const start =
    after === undefined
      ? space.store.changes(Number.MAX_SAFE_INTEGER, 1).then(({ last }) => last)
      : Promise.resolve(after)
  // A caller that never asks for a change never sees the error.
  start.catch(() => {})
  return follow(space, actor, prefix, start, signal)
}

async function* follow(
  space: Space,
  actor: Actor,
  prefix: string,
  start: Promise<Seq>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change, void, undefined> {
  for await (const change of changesAfter(space, await start, signal)) {
    const { collection, id } = change
    const isWanted = hasTrait(collection, 'shown') && `${collection}/${id}`.startsWith(prefix)
    if (!isWanted || !covers(actor.audience, change)) continue
    actor.readAuditor?.note('watch', collection, id, change)
    yield change
  }
}

/** All changes from now on, regardless of clearance: for the memory's own use. */
export async function* followFeed(space: Space, signal: AbortSignal): AsyncGenerator<Change, void, undefined> {
  const { last } = await space.store.changes(Number.MAX_SAFE_INTEGER, 1)
  yield* changesAfter(space, last, signal)
}

async function* changesAfter(
  space: Space,
  after: Seq,
  signal: AbortSignal | undefined,
): AsyncGenerator<Change, void, undefined> {
  let position = after
  while (!signal?.aborted) {
    space.assertOpen()
    const seen = space.epochs.announced
    const page = await space.store.changes(position, pageSize)
    if (page.trimmed) throw new FeedTrimmedError(position, page.last)
    for (const change of page.changes) {
      position = change.seq
      yield change
      if (signal?.aborted) return
    }
    if (page.changes.length === 0) await untilWoken(space, seen, signal)
  }
}

async function untilWoken(space: Space, seen: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await space.epochs.untilAnnounced(seen, fallbackPollMs, signal)
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
