/**
 * The contract between a federated memory and the bus that carries its messages
 * from node to node.
 *
 * The bus decides the order of messages, how many it keeps, and which node wins
 * an election. The memory decides what to send, what a message means, and how
 * to recover messages that are gone. A bus never looks into a message.
 */

/**
 * A position on the bus, right after a message; `''` is before the very first
 * message. Only the bus interprets it.
 */
export type BusPosition = string

/** A message as the bus keeps it. */
export interface BusMessage {
  /** The position right after the message. */
  readonly position: BusPosition
  readonly text: string
}

/** A page of the bus's messages, in order. */
export interface BusPage {
  readonly messages: readonly BusMessage[]
  /** The position after the newest message of the bus. */
  readonly last: BusPosition
  /**
   * Whether messages after the requested position are gone.
   *
   * - `nothing`: this page and the following ones hold all of them.
   * - `trimmed`: the bus dropped the oldest ones; the page begins with the oldest that it still keeps.
   * - `everything`: the bus lost its messages and started over; the page begins with its first message.
   */
  readonly missed: 'nothing' | 'trimmed' | 'everything'
}

/** A node's connection to the bus, for one space. */
export interface BusLink extends AsyncDisposable {
  /**
   * Appends messages in this order, with no others in between. The messages may
   * be on the bus even if it rejects: readers tolerate repeats.
   *
   * @param after - Appends them only if no message came after this position, in one atomic step.
   * @returns `false` if one did: nothing was appended.
   */
  publish(messages: readonly string[], after?: BusPosition): Promise<boolean>
  /** Reads up to `limit` messages after a position. */
  read(after: BusPosition, limit: number): Promise<BusPage>
  /** Calls back soon after a node published. This is a hint that may be lost; only `read()` is reliable. */
  onNews(listener: () => void): () => void
  /** Resolves to `true` for exactly one of the nodes that call it with this name within `ttlMs` milliseconds. */
  elect(name: string, ttlMs: number): Promise<boolean>
}

/** Carries messages between the nodes of a federated memory. `inProcessBus()` and `redisBus(url)` make one. */
export interface Bus {
  /**
   * Connects a node.
   *
   * @param space - Only nodes with a memory of the same name exchange messages.
   * @throws StoreError when the bus can't be reached; the node tries again.
   */
  open(space: string, node: string): Promise<BusLink>
}
