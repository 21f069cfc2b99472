import type { View } from '@skein/memory'

import type { PageFile } from '../http/page-files.ts'
import type { MetricSources } from '../metrics/metrics.ts'
import type { AgentRow, Session } from '../protocol/protocol.ts'
import type { SceneHub } from '../stream/scene-hub.ts'
import type { TraceReader } from '../traces/trace-reader.ts'

/** The dashboard session that an export is made from. */
export interface ExportSource {
  readonly view: View
  readonly hub: SceneHub
  readonly metricSources: MetricSources
  readonly traces: Pick<TraceReader, 'list' | 'get' | 'ofRecord'>
  /** The built page, by path. */
  readonly files: ReadonlyMap<string, PageFile>
  describe(): Promise<Session>
  agents(): Promise<readonly AgentRow[]>
}
