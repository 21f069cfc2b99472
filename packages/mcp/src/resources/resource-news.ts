import { FeedTrimmedError, MemoryClosedError } from '@skein/memory'
import type { View } from '@skein/memory'
import { warn } from '@skein/memory/runtime'

import { graphPrefix } from '../compat/graph-facts.ts'
import { graphUri } from '../compat/graph-resource.ts'
import { openCollections } from '../session/record-name.ts'
import { newestUri, recordUri, taskUri } from './memory-uri.ts'

/**
 * Tells which resources have changed, from the memory's feed, while somebody subscribes to any. A view sees the
 * changes of its own clearance alone, so nobody hears of what he can't read.
 */
export class ResourceNews {
  readonly #view: View
  readonly #tell: (uri: string) => void
  #stop: AbortController | undefined

  constructor(view: View, tell: (uri: string) => void) {
    this.#view = view
    this.#tell = tell
  }

  /** Begins with what changes from now on. Without effect when it has begun. */
  start(): void {
    if (this.#stop) return
    const stop = new AbortController()
    this.#stop = stop
    this.#follow(stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted && !(error instanceof MemoryClosedError)) warn(error)
    })
  }

  stop(): void {
    this.#stop?.abort()
    this.#stop = undefined
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#tellOn(signal)
      } catch (error) {
        // What was missed may be anything, so clients look at the newest.
        if (!(error instanceof FeedTrimmedError)) throw error
        this.#tell(newestUri)
      }
    }
  }

  async #tellOn(signal: AbortSignal): Promise<void> {
    for await (const { collection, id, task } of this.#view.watch('', { signal })) {
      if (!openCollections.includes(collection)) continue
      this.#tell(recordUri({ collection, id }))
      if (collection === 'facts' && id.startsWith(graphPrefix)) this.#tell(graphUri)
      if (task !== undefined) this.#tell(taskUri(task))
      this.#tell(newestUri)
    }
  }
}
