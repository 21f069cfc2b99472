/** How a node's exchange with the others goes, since the memory was opened. */
export interface FederationReport {
  readonly node: string
  /** Whether the bus answered the last time that it was asked. */
  readonly isConnected: boolean
  /** Messages given out. */
  readonly sent: number
  /** Messages of other nodes that were read, repeats included. */
  readonly received: number
  /** Of those, messages that changed something here. */
  readonly merged: number
  /** How often a fact was found to have been written on several nodes at once. */
  readonly conflicts: number
  /** Messages, and records of this node, that could not be used: damaged, or not as the schemas of this node ask for. */
  readonly refused: number
  /** Objects that were not given out because they are too large. */
  readonly tooLarge: number
  /** How often messages were gone before this node had read them, so that it asked for a snapshot. */
  readonly snapshots: number
  /** Changes of this node that were not looked at yet. */
  readonly waiting: number
  /** Whether all that stood on the bus was taken in, the last time that it was asked. */
  readonly isCaughtUp: boolean
  /** The place on the bus up to which messages were taken in. */
  readonly position: string
  /** Why the exchange stands still, or why something was refused; `undefined` when nothing ever went wrong. */
  readonly lastError: Error | undefined
}

/** Counts while the exchange runs. */
export class FederationStats {
  sent = 0
  received = 0
  merged = 0
  conflicts = 0
  refused = 0
  tooLarge = 0
  snapshots = 0
  lastError: Error | undefined

  /** Notes that something was passed over, and warns of it by name. */
  refuse(name: string, error: unknown): void {
    this.refused += 1
    this.warn(`The exchange passes over ${name}. ${messageOf(error)}`, error)
  }

  warn(text: string, error: unknown): void {
    this.lastError = error instanceof Error ? error : new Error(String(error))
    const { code = 'SKEIN_FEDERATION' } = error as { code?: string }
    process.emitWarning(text, { type: 'SkeinWarning', code })
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
