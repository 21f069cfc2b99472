/** A transition of a machine, by the names that its author gave. */
export interface ChartTransition {
  /** Path of the state that it leads out of, `a.b`; empty for the machine itself. */
  readonly source: string
  /** The event in words: its type, `after 500 ms`, `done: summarize`, `failed: summarize`, `done`, or `always`. */
  readonly event: string
  /** The guard that must hold; `inline` for a function without a name. */
  readonly guard?: string
  /** Paths of the states that it leads to; none when the machine stays where it is. */
  readonly targets: readonly string[]
}

/** What a machine did with an event. */
export interface Move {
  /** Of a machine within: the ids that lead to it from the agent's own machine, which has none. */
  readonly within?: readonly string[]
  /** Paths of the states that it is in now, `a.b`, the outermost first. */
  readonly states: readonly string[]
  /** What it took, in this order; `always` transitions included. */
  readonly transitions: readonly ChartTransition[]
}

/** What a machine did, and when. */
export interface SavedMove extends Move {
  /** Unix milliseconds. */
  readonly at: number
}
