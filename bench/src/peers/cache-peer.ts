/** A cache of another library, or ours, as all of them are asked. */
export interface CachePeer {
  readonly name: string
  /** Opens a cache in this process: copies here and, with an address, values and word of changes on a Redis server. */
  open(options: PeerOptions): Promise<PeerCache>
}

export interface PeerOptions {
  /** Where the Redis server is; without one the cache is this process's own. */
  readonly url?: string
  /** Whether copies are kept in this process; without them each read asks the server. */
  readonly copies: boolean
}

export interface PeerCache {
  get(key: string): Promise<unknown>
  /** Resolves when the write is acknowledged, whatever the library means by that. */
  set(key: string, value: unknown): Promise<unknown>
  /** What is known under the key; otherwise makes it, as the library does when many ask at once. */
  getOrSet(key: string, make: () => Promise<unknown>): Promise<unknown>
  close(): Promise<void>
}

/** An hour: no copy is right again only because it was old. */
export const ttlMs = 3_600_000

/** Room for the copies; some libraries take all of it at once. */
export const maxItems = 10_000

/** A fault is what some questions are about: who speaks of it on the console tells nothing new. */
export const ignore = (): void => {}
