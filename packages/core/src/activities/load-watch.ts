import { ActivityLoadError } from './activity-errors.ts'
import type { ThreadEvent } from './thread-protocol.ts'

interface Watched {
  readonly module: string
  readonly reject: (error: ActivityLoadError) => void
  timer?: NodeJS.Timeout
}

/** Limits how long threads may load what a request needs: a module may await at its top level what never comes. */
export class LoadWatch {
  readonly #timeoutMs: number
  readonly #terminate: (threadId: number) => void
  readonly #watched = new Map<number, Watched>()

  /** @param terminate - Called with a thread that loads for too long. */
  constructor(timeoutMs: number, terminate: (threadId: number) => void) {
    this.#timeoutMs = timeoutMs
    this.#terminate = terminate
  }

  /** @throws ActivityLoadError when its thread loads for too long; else what `reply` rejects with. */
  async watch<Reply>(id: number, module: string, reply: Promise<Reply>): Promise<Reply> {
    const { promise: expired, reject } = Promise.withResolvers<never>()
    const watched: Watched = { module, reject }
    this.#watched.set(id, watched)
    try {
      return await Promise.race([reply, expired])
    } finally {
      clearTimeout(watched.timer)
      this.#watched.delete(id)
    }
  }

  /** Takes in what a thread reports. */
  onEvent(threadId: number, { type, id }: Extract<ThreadEvent, { readonly id: number }>): void {
    const watched = this.#watched.get(id)
    if (!watched) return
    clearTimeout(watched.timer)
    if (type === 'loading') watched.timer = setTimeout(() => this.#expire(threadId, watched), this.#timeoutMs)
  }

  #expire(threadId: number, { module, reject }: Watched): void {
    const why = `it was not done after ${this.#timeoutMs} ms (loadTimeoutMs). Does it await something at its top level that never comes?`
    reject(new ActivityLoadError(module, new Error(why)))
    this.#terminate(threadId)
  }
}
