import type { InboxItem } from './inbox-protocol.ts'
import type { MetricMark } from './metric-mark.ts'
import type { Metrics } from './metrics-protocol.ts'
import type { RecordDetail } from './records-protocol.ts'
import type { RunRow } from './runs-protocol.ts'
import type { SceneEvent } from './scene-event.ts'
import type { AgentRow, Session } from './session-protocol.ts'

/**
 * `GET /api/export?format=html|jsonl|trace&since=&until=`: downloads a run. `html` is the page itself with its script
 * and styles inlined and an {@link ExportedRun} as JSON text in `<script type="application/json" id="exported-run">`.
 * A page that finds this element shows its content and sends no requests. For this the built page consists of one
 * script, one style sheet and no other file.
 */
export type ExportFormat = 'html' | 'jsonl' | 'trace'

/** The data of an exported page. */
export interface ExportedRun {
  readonly session: Session
  readonly agents: readonly AgentRow[]
  readonly events: readonly SceneEvent[]
  readonly metrics: Metrics
  /** What the metrics of any other window are computed from. */
  readonly marks: readonly MetricMark[]
  /** The newest records, up to 20 MB of values; without readers and earlier versions. */
  readonly records: readonly RecordDetail[]
  readonly inbox: readonly InboxItem[]
  readonly runs: readonly RunRow[]
  /** Unix milliseconds. */
  readonly exportedAt: number
}
