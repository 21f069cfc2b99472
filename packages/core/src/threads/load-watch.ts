import { ActivityLoadError } from '../activities/activity-errors.ts'
import type { RefusedModule, ThreadEvent } from './thread-protocol.ts'

/** A request that a thread has, or will have. */
export interface WatchedRequest {
  readonly module: string
  /** Whether a thread has begun with it. */
  hasBegun: boolean
  /** Set when the thread was terminated because it loaded for too long. */
  expired?: ActivityLoadError
  timer?: NodeJS.Timeout
}

/** Ends threads that load for too long what a request needs: a module may await at its top level what never comes. */
export class LoadWatch {
  readonly #timeoutMs: number
  readonly #terminate: (threadId: number) => void
  readonly #requests = new Map<number, WatchedRequest>()

  /** @param terminate - Called with a thread that loads for too long. */
  constructor(timeoutMs: number, terminate: (threadId: number) => void) {
    this.#timeoutMs = timeoutMs
    this.#terminate = terminate
  }

  add(id: number, module: string): WatchedRequest {
    const request = { module, hasBegun: false }
    this.#requests.set(id, request)
    return request
  }

  remove(id: number): void {
    clearTimeout(this.#requests.get(id)?.timer)
    this.#requests.delete(id)
  }

  /** Takes in what a thread reports. */
  onEvent(threadId: number, { type, id }: Exclude<ThreadEvent, RefusedModule>): void {
    const request = this.#requests.get(id)
    if (!request || type === 'progress') return
    request.hasBegun = true
    clearTimeout(request.timer)
    if (type === 'loading') request.timer = setTimeout(() => this.#expire(threadId, request), this.#timeoutMs)
  }

  #expire(threadId: number, request: WatchedRequest): void {
    const why = `it did not load within ${this.#timeoutMs} ms (loadTimeoutMs). Check whether a top-level await never settles.`
    request.expired = new ActivityLoadError(request.module, new Error(why))
    this.#terminate(threadId)
  }
}
