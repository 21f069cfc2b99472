import { warn } from '../values/warn.ts'

/** The state of a node's exchange with the others; counts start when the memory is opened. */
export interface FederationReport {
  readonly node: string
  /** Whether the last call to the bus succeeded. */
  readonly isConnected: boolean
  /** Messages published. */
  readonly sent: number
  /** Messages read from other nodes, repeats included. */
  readonly received: number
  /** Received messages that changed something on this node. */
  readonly merged: number
  /** How often a merge found concurrent writes of a fact on several nodes. */
  readonly conflicts: number
  /** Messages and local records skipped because they are corrupt or don't fit this node's schemas. */
  readonly refused: number
  /** Messages not published because the other nodes seal content of this sensitivity, and this node has no key. */
  readonly withheld: number
  /** Objects not published because they are larger than `maxObjectBytes`. */
  readonly tooLarge: number
  /** Snapshots requested, repeats included, because the bus dropped messages before this node read them. */
  readonly snapshots: number
  /** Changes in this node's feed that are not processed yet. */
  readonly waiting: number
  /** Whether the last read of the bus returned no more messages. */
  readonly isCaughtUp: boolean
  /** The position on the bus up to which messages are processed. */
  readonly position: string
  /** Why the exchange is failing, else the last error that was skipped; `undefined` if there was none. */
  readonly lastError: Error | undefined
}

/** Counters of a running exchange. */
export class FederationStats {
  sent = 0
  received = 0
  merged = 0
  conflicts = 0
  refused = 0
  withheld = 0
  readonly #plainSenders = new Set<string>()
  tooLarge = 0
  snapshots = 0
  lastError: Error | undefined

  /** Counts a skipped message or record, and emits a warning with its name. */
  refuse(name: string, error: unknown): void {
    this.refused += 1
    this.warn(`The exchange skips ${name}. ${messageOf(error)}`, error)
  }

  /** Counts a message in plain text that should be sealed, and warns once of each sender. */
  refusePlain(from: string): void {
    this.refused += 1
    if (this.#plainSenders.has(from)) return
    this.#plainSenders.add(from)
    const advice = 'Open its memory with the key of the other nodes: it then publishes all of that again.'
    const text = `Node "${from}" publishes secrets that are not sealed; this node ignores them. ${advice}`
    this.warn(text, Object.assign(new Error(text), { code: 'SKEIN_FEDERATION' }))
  }

  /** Counts a message that is not published because it can't be sealed, and warns the first time. */
  withhold(node: string): void {
    this.withheld += 1
    if (this.withheld > 1) return
    const advice = 'Open its memory with their key: it then publishes what it has kept.'
    const text = `Node "${node}" keeps secrets to itself: the other nodes seal such data, and it has no key. ${advice}`
    this.warn(text, Object.assign(new Error(text), { code: 'SKEIN_KEY_MISSING' }))
  }

  warn(text: string, error: unknown): void {
    this.lastError = error instanceof Error ? error : new Error(String(error))
    const { code = 'SKEIN_FEDERATION' } = error as { code?: string }
    warn(text, code)
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
