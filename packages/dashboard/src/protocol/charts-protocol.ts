/** `GET /api/charts/<agent>`: an agent's machine, its current states, and how it got there. */
export interface AgentChart {
  readonly agent: string
  /**
   * `machine`: its states are known. `light`: the agent has no machine. `hidden`: the viewer's clearance doesn't
   * cover the agent's. `unknown`: this process doesn't know it, such as a plain agent of another process.
   */
  readonly kind: 'machine' | 'light' | 'hidden' | 'unknown'
  /** Whether another process runs the agent, so that this is its last saved state. Only durable agents save states. */
  readonly isSaved: boolean
  /** Present if the machine's definition is known. */
  readonly chart?: ChartState
  /** Paths of its current states, or of its last ones if it has ended; outermost first. */
  readonly states: readonly string[]
  /** Its latest events, oldest first. */
  readonly moves: readonly ChartMove[]
  /** Machines that it has invoked or spawned, in their current states; at most 50. */
  readonly children: readonly ChartChild[]
  /** Total number of these machines. */
  readonly childCount: number
}

/** A machine within the machine of an agent. */
export interface ChartChild {
  /** Its id within its parent. */
  readonly id: string
  /** The name given by its author. */
  readonly name: string
  /** Absent if another process runs it. */
  readonly chart?: ChartState
  readonly states: readonly string[]
  /** Its latest events, oldest first; absent if another process runs it. */
  readonly moves?: readonly ChartMove[]
  /** As of the agent's own machine: at most 50. */
  readonly children: readonly ChartChild[]
  readonly childCount: number
}

/** An event that a machine handled. Equal events in a row are merged, with their count and the time of the last one. */
export interface ChartMove {
  /** Unix milliseconds. */
  readonly at: number
  readonly count: number
  /** The transitions that it took; with `always`, one event may lead through many states. */
  readonly transitions: readonly ChartTransition[]
  /** The states after the event. */
  readonly states: readonly string[]
}

/** A state of a machine with its nested states, as in `AgentRef.chart`; the outermost one is the machine itself. */
export interface ChartState {
  /** `a.b`; empty for the machine. */
  readonly path: string
  readonly name: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** The path of its initial state. */
  readonly initial?: string
  /** Actors that the state invokes. */
  readonly invokes: readonly string[]
  readonly transitions: readonly ChartTransition[]
  readonly states: readonly ChartState[]
}

/** A transition of a machine, in words. */
export interface ChartTransition {
  /** The path of the source state. */
  readonly source: string
  /** The type of a message, or another trigger: `after 500 ms`, `done: summarize`, `always`. */
  readonly event: string
  readonly guard?: string
  /** Paths of the target states; empty if the state doesn't change. */
  readonly targets: readonly string[]
}
