/**
 * A live page that shows a flock of agents and the memory they share.
 *
 * @module
 */

// First: it says when Node.js is too old for what follows.
import '@skein/memory'

export { dashboard } from './dashboard.ts'
export { serveDashboard } from './serve-dashboard.ts'
export type { Dashboard } from './dashboard.ts'
export type { DashboardOptions } from './dashboard-options.ts'
export type { ServedDashboard, ServeDashboardOptions } from './serve-dashboard.ts'

// Metrics, for programs that compute them from a feed
export { MetricReducer } from './metrics/metric-reducer.ts'
export { windowMetrics } from './metrics/window-metrics.ts'
export type { MetricMark } from './protocol/metric-mark.ts'
export type { TimeWindow, WindowMetrics } from './metrics/window-metrics.ts'

// The protocol, for programs that talk to a dashboard's server
export type {
  AgentChart,
  AgentOrderRequest,
  AgentRow,
  AgentState,
  ChartMove,
  ChartChild,
  ChartState,
  ChartTransition,
  Cost,
  EscalationStateName,
  EventPage,
  ExportedRun,
  ExportedTrace,
  ExportFormat,
  Forgotten,
  Frame,
  Heartbeat,
  InboxAction,
  InboxDetail,
  InboxItem,
  LineageItem,
  Metrics,
  PackagedItem,
  PackagedRecords,
  Problem,
  QueueSample,
  RecordDetail,
  RecordRow,
  RecordRows,
  RecordState,
  RecordTrace,
  SceneEvent,
  SceneLabel,
  Session,
  StreamClose,
  StreamEventName,
  StreamPosition,
  TraceDetail,
  TraceRow,
  TraceSpan,
  TraceTextName,
  WorkCounts,
  WorkQueue,
} from './protocol/protocol.ts'
