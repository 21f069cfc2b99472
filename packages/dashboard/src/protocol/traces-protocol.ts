/**
 * `GET /api/traces?limit=`: the latest pieces of work, newest first. `limit` is at most 500, by default 100. The dashboard
 * keeps traces of its own process alone, and of these the latest.
 */
export interface TraceRow {
  readonly id: string
  /** What it is: the span that began it, as far as it has ended, or else the earliest that has. */
  readonly operation: string
  readonly target?: string
  readonly collection?: string
  readonly agent?: string
  /** The activity that it began with and its input in words; of a workflow, the names of its steps. */
  readonly title?: string
  /** The record that it began with reading or writing; empty above the viewer's clearance, or if there are several. */
  readonly records: TraceSpan['records']
  /** Unix milliseconds. */
  readonly startedAt: number
  /** When its latest span ended, Unix milliseconds. */
  readonly endedAt: number
  /** Whether a span of it has not ended yet, as far as the dashboard's process knows. */
  readonly isRunning: boolean
  readonly spans: number
  /** Spans that failed, and attempts that were followed by another one. */
  readonly errors: number
  readonly retries: number
  readonly tokens: number
  readonly usd: number
}

/** `GET /api/traces/<id>`: a piece of work. */
export interface TraceDetail {
  readonly id: string
  /** By their start. */
  readonly spans: readonly TraceSpan[]
  /** Spans that the dashboard has dropped, since there were too many. */
  readonly dropped: number
  /** Whether a span of it has not ended yet, as far as the dashboard's process knows. */
  readonly isRunning: boolean
  /** Whether it is part of work that another process began, or whose first spans are no longer kept. */
  readonly isPart: boolean
}

/** An operation, as a part of a piece of work. */
export interface TraceSpan {
  readonly id: string
  /** The span that it is part of. That one may not have ended yet. */
  readonly parent?: string
  /** `invoke_workflow`, `invoke_agent`, `execute_tool`, `chat`, `embeddings`, or one of the memory: `search_memory`, … */
  readonly operation: string
  /** What is done or asked: an activity, a model, an agent's role. */
  readonly target?: string
  /** An activity and its input in words; absent above the viewer's clearance. */
  readonly title?: string
  readonly agent?: string
  readonly worker?: string
  /** How orders name it, if it is a run of an activity. */
  readonly run?: string
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
  /** Whether a result or an answer was there already. */
  readonly isReused?: boolean
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly usd?: number
  /** Of an operation on the memory. */
  readonly collection?: string
  /** The records that were read or written; empty above the viewer's clearance. */
  readonly records: readonly { readonly collection: string; readonly id: string; readonly version: number }[]
  readonly retries: readonly {
    readonly at: number
    readonly attempt?: number
    readonly error?: string
    readonly delayMs?: number
  }[]
  /** Message and stack are absent above the viewer's clearance. */
  readonly error?: { readonly type: string; readonly message?: string; readonly stack?: string }
  /** What went in and came out, if the dashboard keeps it; empty above the viewer's clearance. */
  readonly texts: readonly { readonly name: TraceTextName; readonly text: string }[]
  /** Whether anything of it is above the viewer's clearance. */
  readonly isCut: boolean
}

/** The kind of a span's text. */
export type TraceTextName = 'input' | 'result' | 'prompt' | 'answer' | 'query'

/** A span that wrote or read a record. */
export interface RecordTrace {
  readonly trace: string
  readonly span: string
  readonly operation: string
  readonly agent?: string
  /** Unix milliseconds. */
  readonly at: number
}
