/**
 * The contract between a federated memory and what carries its messages from
 * node to node.
 *
 * The bus decides: the order of messages, how many are kept, who wins an
 * election. The memory decides: what is said, what it means, and what to do
 * about messages that are gone. A bus never looks into a message.
 */

/**
 * A place after a message of the bus; `''` is before the first one ever. What
 * it says is the bus's own business.
 */
export type BusPosition = string

/** A message as it stands on the bus. */
export interface BusMessage {
  /** The place after it. */
  readonly position: BusPosition
  readonly text: string
}

/** A piece of what is on the bus, in order. */
export interface BusPage {
  readonly messages: readonly BusMessage[]
  /** The place after the newest message of the bus. */
  readonly last: BusPosition
  /**
   * Whether messages after the asked place are gone.
   *
   * - `nothing`: all that came after it are here, or follow.
   * - `trimmed`: the oldest of them are no longer kept; the page begins with the oldest one that is.
   * - `everything`: the bus lost what it held and began anew; the page begins with its first message.
   */
  readonly missed: 'nothing' | 'trimmed' | 'everything'
}

/** A node's connection to the bus, for one space. */
export interface BusLink extends AsyncDisposable {
  /**
   * Appends messages, in this order and next to each other. When it rejects
   * they may stand there all the same: whoever reads them bears repeats.
   */
  publish(messages: readonly string[]): Promise<void>
  /** Reads up to `limit` messages that come after a place. */
  read(after: BusPosition, limit: number): Promise<BusPage>
  /** Calls back soon after somebody published. A hint that may be lost: the truth is `read()`. */
  onNews(listener: () => void): () => void
  /** Resolves to `true` for one node of all that ask under this name within `ttlMs` milliseconds. */
  elect(name: string, ttlMs: number): Promise<boolean>
}

/** What carries messages between the nodes of a federated memory: what `inProcessBus()` and `redisBus(url)` return. */
export interface Bus {
  /**
   * @param space - Nodes hear only of nodes with a memory of the same name.
   * @throws StoreError when it can't be reached; the node tries again.
   */
  open(space: string, node: string): Promise<BusLink>
}
