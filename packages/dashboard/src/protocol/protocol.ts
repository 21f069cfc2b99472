/**
 * The protocol between the dashboard's server and its page: types alone, so that
 * neither side loads the other's code.
 *
 * - The page receives one stream of {@link Frame}s (server-sent events):
 *   `GET /api/stream?after=<position>`. `Last-Event-ID` takes precedence over `after`.
 * - Everything else is a request under `/api/`. The server answers a refused
 *   request with its status and a {@link Problem}.
 * - `POST /api/login` with `{"token": "…"}` exchanges the token of the link
 *   (`#token=…`) for a cookie; the page then removes it from the address.
 * - `POST /api/inbox/<id>` and `POST /api/agents/<id>` are the only requests that change anything, for those who may.
 * - Every answer goes through the view of the dashboard's principal: records
 *   above its clearance are never sent.
 *
 * Map, timeline, metrics and replay are all made from {@link SceneEvent}s. The
 * page folds them one by one into its scene, so any past moment is the fold of
 * the events up to it.
 *
 * @module
 */

export type { AgentState, SceneEvent, StreamPosition } from './scene-event.ts'
export type { AgentChart, ChartChild, ChartMove, ChartState, ChartTransition } from './charts-protocol.ts'
export type { SceneLabel } from './scene-label.ts'
export type { Forgotten, Frame, Heartbeat, StreamClose, StreamEventName } from './stream-protocol.ts'
export type { AgentRow, EventPage, Session } from './session-protocol.ts'
export type { LineageItem, RecordDetail, RecordRow, RecordRows, RecordState } from './records-protocol.ts'
export type {
  EscalationStateName,
  InboxAction,
  InboxDetail,
  InboxItem,
  PackagedItem,
  PackagedRecords,
} from './inbox-protocol.ts'
export type { AgentOrderRequest } from './orders-protocol.ts'
export type { RunRow } from './runs-protocol.ts'
export type { Cost, Metrics, QueueSample, WorkCounts, WorkQueue } from './metrics-protocol.ts'
export type { ExportedRun, ExportedTrace, ExportFormat } from './export-protocol.ts'
export type { RecordTrace, TraceDetail, TraceRow, TraceSpan, TraceTextName } from './traces-protocol.ts'
export type { Problem } from './problem-protocol.ts'
