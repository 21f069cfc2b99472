import { FeedTrimmedError, MemoryClosedError } from '@skein/memory'
import type { View } from '@skein/memory'
import { warn } from '@skein/memory/runtime'

import { graphPrefix } from '../compat/graph-facts.ts'
import { graphUri } from '../compat/graph-resource.ts'
import { openCollections } from '../session/record-name.ts'
import { newestUri, recordUri, taskUri } from './memory-uri.ts'

/** Changes are gathered for so long, in milliseconds: a resource that changes all the time is told of once each time. */
const gatherMs = 50

/** To whom changes are told. */
export interface NewsListener {
  /** Whether anybody wants to know. Others are not gathered, since there may be any number of them. */
  wants(uri: string): boolean
  /** Resolves when the next may be told: what changes until then is gathered, so that no queue grows. */
  tell(uri: string): Promise<void> | void
}

/**
 * Tells which resources have changed, from the memory's feed, while somebody subscribes to any. A view sees the
 * changes of its own clearance alone, so nobody hears of what he can't read.
 */
export class ResourceNews {
  readonly #view: View
  readonly #listener: NewsListener
  readonly #changed = new Set<string>()
  #isTelling = false
  #stop: AbortController | undefined

  constructor(view: View, listener: NewsListener) {
    this.#view = view
    this.#listener = listener
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
    this.#changed.clear()
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#tellOn(signal)
      } catch (error) {
        // What was missed may be anything, so clients look at the newest.
        if (!(error instanceof FeedTrimmedError)) throw error
        this.#note(newestUri)
      }
    }
  }

  async #tellOn(signal: AbortSignal): Promise<void> {
    for await (const { collection, id, task } of this.#view.watch('', { signal })) {
      if (!openCollections.includes(collection)) continue
      this.#note(recordUri({ collection, id }))
      if (collection === 'facts' && id.startsWith(graphPrefix)) this.#note(graphUri)
      if (task !== undefined) this.#note(taskUri(task))
      this.#note(newestUri)
    }
  }

  #note(uri: string): void {
    if (!this.#listener.wants(uri)) return
    this.#changed.add(uri)
    if (this.#isTelling) return
    this.#isTelling = true
    setTimeout(() => void this.#tell(), gatherMs).unref()
  }

  async #tell(): Promise<void> {
    const uris = [...this.#changed]
    this.#changed.clear()
    // Whoever has left hears of nothing.
    await Promise.allSettled(uris.map(async (uri) => this.#listener.tell(uri)))
    this.#isTelling = false
    for (const uri of this.#changed) this.#note(uri)
  }
}
