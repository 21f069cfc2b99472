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

export { windowFigures } from './figures/window-figures.ts'
export type { Window, WindowFigures } from './figures/window-figures.ts'
export type { FigureMark } from './figures/figure-mark.ts'
export { MarkMaker } from './figures/mark-maker.ts'
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
} from './protocol.ts'
