/**
 * A live page that shows a flock of agents and the memory that they share.
 *
 * @module
 */

export { dashboard } from './dashboard.ts'
export type { Dashboard } from './dashboard.ts'
export type { DashboardOptions } from './dashboard-options.ts'
export { serveDashboard } from './serve-dashboard.ts'
export type { ServedDashboard, ServeDashboardOptions } from './serve-dashboard.ts'

export { windowFigures } from './metrics/window-metrics.ts'
export type { Window, WindowFigures } from './metrics/window-metrics.ts'
export type { FigureMark } from './metrics/metric-mark.ts'
export { MarkMaker } from './metrics/metric-reducer.ts'
export type {
  AgentRow,
  AgentState,
  Beat,
  Bye,
  EscalationStateName,
  EventPage,
  ExportedRun,
  ExportFormat,
  Figures,
  Frame,
  InboxAction,
  InboxDetail,
  InboxItem,
  LineageItem,
  PackagedItem,
  Problem,
  QueuePoint,
  RecordDetail,
  RecordRow,
  RecordRows,
  SceneEvent,
  SceneLabel,
  Session,
  StreamEventName,
  StreamPosition,
} from './protocol/protocol.ts'
