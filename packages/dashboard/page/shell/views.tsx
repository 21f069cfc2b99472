import type { VNode } from 'preact'

import { InboxView } from '../inbox/inbox-view.tsx'
import { MapView } from '../map/map-view.tsx'
import { MemoryView } from '../memory/memory-view.tsx'
import { MetricsView } from '../metrics/metrics-view.tsx'
import { RunsView } from '../runs/runs-view.tsx'
import type { ViewName } from '../state/route.ts'
import { TimelineView } from '../timeline/timeline-view.tsx'
import { TracesView } from '../traces/traces-view.tsx'

/** A view of the page. */
export interface View {
  /** Its name in the navigation. */
  readonly title: string
  readonly Content: () => VNode
}

/** All views by their names in the address. */
export const viewsByName: Readonly<Record<ViewName, View>> = {
  runs: { title: 'Runs', Content: RunsView },
  map: { title: 'Flock', Content: MapView },
  timeline: { title: 'Timeline', Content: TimelineView },
  traces: { title: 'Traces', Content: TracesView },
  memory: { title: 'Memory', Content: MemoryView },
  inbox: { title: 'Inbox', Content: InboxView },
  metrics: { title: 'Metrics', Content: MetricsView },
}
