import type { InboxItem } from './inbox-protocol.ts'
import type { MetricMark } from './metric-mark.ts'
import type { Metrics } from './metrics-protocol.ts'
import type { RecordDetail } from './records-protocol.ts'
import type { RunRow } from './runs-protocol.ts'
import type { SceneEvent } from './scene-event.ts'
import type { AgentRow, Session } from './session-protocol.ts'
import type { TraceDetail, TraceRow } from './traces-protocol.ts'

/**
 * `GET /api/export?format=html|jsonl|trace&since=&until=`: downloads a run. `html` is the page itself with its script
 * and styles inlined and an {@link ExportedRun} as JSON text in `<script type="application/json" id="exported-run">`.
 * A page that finds this element shows its content and sends no requests. For this the built page consists of one
 * script, one style sheet and no other file.
 */
export type ExportFormat = 'html' | 'jsonl' | 'trace'

/** A trace in an exported page: its row in the list, and its steps. */
export interface ExportedTrace {
  readonly row: TraceRow
  readonly detail: TraceDetail
}

/** The data of an exported page. */
export interface ExportedRun {
  readonly session: Session
  readonly agents: readonly AgentRow[]
  readonly events: readonly SceneEvent[]
  readonly metrics: Metrics
  /** Marks from which the page computes the metrics of any other window. */
  readonly marks: readonly MetricMark[]
  /** The newest records, up to 20 MB of values; without readers and earlier versions. */
  readonly records: readonly RecordDetail[]
  readonly inbox: readonly InboxItem[]
  readonly runs: readonly RunRow[]
  /** The newest traces of the period, up to 10 MB; files of earlier versions have none. */
  readonly traces?: readonly ExportedTrace[]
  /** Unix milliseconds. */
  readonly exportedAt: number
}
