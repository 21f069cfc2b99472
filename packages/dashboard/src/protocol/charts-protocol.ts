/** `GET /api/charts/<agent>`: the machine that an agent runs, the states that it is in, and how it came there. */
export interface AgentChart {
  readonly agent: string
  /**
   * What is known of the agent: its `machine`; that it is `light` and has none; that it is `hidden`, as the viewer's
   * clearance does not cover the agent's; or that it is `unknown` here, such as a plain agent of another process.
   */
  readonly kind: 'machine' | 'light' | 'hidden' | 'unknown'
  /** Whether another process runs it, so that this is what it saved last. Only durable agents save their states. */
  readonly isSaved: boolean
  /** Of a machine whose definition is known. */
  readonly chart?: ChartState
  /** Paths of the states that it is in, or was in when it ended; the outermost first. */
  readonly states: readonly string[]
  /** What it did last, oldest first. */
  readonly moves: readonly ChartMove[]
  /** Machines that it has invoked or spawned, as they are now: at most 50. */
  readonly children: readonly ChartChild[]
  /** How many there are. */
  readonly childCount: number
}

/** A machine within the machine of an agent. */
export interface ChartChild {
  /** Its id within the machine that runs it. */
  readonly id: string
  /** What its author calls it. */
  readonly name: string
  /** Absent where another process runs it. */
  readonly chart?: ChartState
  readonly states: readonly string[]
  readonly children: readonly ChartChild[]
}

/** An event that a machine took. Equal ones in a row are one, with their number and the time of the last. */
export interface ChartMove {
  /** Unix milliseconds. */
  readonly at: number
  readonly count: number
  /** What it took: with `always`, one event may lead through many states. */
  readonly transitions: readonly ChartTransition[]
  /** The states that it was in then. */
  readonly states: readonly string[]
}

/** A state of a machine with those within it, as `AgentRef.chart` tells it; the outermost is the machine. */
export interface ChartState {
  /** `a.b`; empty for the machine. */
  readonly path: string
  readonly name: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** The path of the state that it begins with. */
  readonly initial?: string
  /** Actors that run while the machine is in it. */
  readonly invokes: readonly string[]
  readonly transitions: readonly ChartTransition[]
  readonly states: readonly ChartState[]
}

/** A transition of a machine, in words. */
export interface ChartTransition {
  /** The path of the state that it leads out of. */
  readonly source: string
  /** A type of message, or what happened otherwise: `after 500 ms`, `done: summarize`, `always`. */
  readonly event: string
  readonly guard?: string
  /** Paths of states; none when the machine stays. */
  readonly targets: readonly string[]
}
