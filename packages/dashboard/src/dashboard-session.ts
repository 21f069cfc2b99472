import type { View } from '@skein/memory'
import { Records, savedAgentOf } from '@skein/memory/runtime'
import type { Unsubscribe } from '@skein/memory/runtime'
import { hasTrait } from '@skein/memory/store'

import { ChartReader } from './charts/chart-reader.ts'
import type { MoveLog } from './charts/move-log.ts'
import type { ResolvedDashboardOptions } from './dashboard-options.ts'
import type { ErasureWatch } from './kept/erasure-watch.ts'
import type { ExportSource } from './export/export-source.ts'
import { MetricLog } from './metrics/metric-log.ts'
import type { MetricSources } from './metrics/metrics.ts'
import { QueueSampler } from './metrics/queue-sampler.ts'
import { WorkWatch } from './metrics/work-watch.ts'
import type { AgentRow, Session, StreamPosition } from './protocol/protocol.ts'
import { RecentVersions } from './kept/recent-versions.ts'
import { formatPosition } from './stream/position.ts'
import { stateOfSavedAgent } from './stream/saved-agent-state.ts'
import { SceneHub } from './stream/scene-hub.ts'
import { StreamRegistry } from './stream/stream-registry.ts'
import type { TraceLog } from './traces/trace-log.ts'
import { TraceReader } from './traces/trace-reader.ts'

/** Cached values of earlier versions, in UTF-16 units. */
const maxVersionsLength = 8_000_000

/** How often queue lengths are sampled, in milliseconds: also without pages, for one that is opened later. */
const queueSampleMs = 500

/** Everything that a dashboard shows to its principal, through that principal's view. */
export class DashboardSession implements ExportSource {
  readonly options: ResolvedDashboardOptions
  readonly view: View
  readonly hub: SceneHub
  readonly streams: StreamRegistry
  readonly metricSources: MetricSources
  readonly recentVersions: RecentVersions = new RecentVersions(maxVersionsLength)
  readonly traces: TraceReader
  readonly charts: ChartReader
  readonly files: ExportSource['files']
  readonly #queueTimer: NodeJS.Timeout | undefined
  readonly #stopForgetting: Unsubscribe

  /**
   * @param erasures - Where what keeps content hears of erasures.
   * @param traces - Those that are kept, if any.
   * @param moves - What the flock's machines did, if there is a flock.
   * @throws OptionError when the principal is malformed.
   */
  constructor(
    options: ResolvedDashboardOptions,
    erasures: ErasureWatch,
    traces: TraceLog | undefined,
    moves: MoveLog | undefined,
  ) {
    const { memory, principal, flock, budgets, maxEvents, maxStreams, frameMs, heartbeatMs, files } = options
    this.options = options
    this.files = files
    this.view = memory.as(principal)
    this.traces = new TraceReader(traces, principal)
    const { view, recentVersions } = this
    this.charts = new ChartReader({ memory, principal, view, recentVersions, flock, moves })
    this.hub = new SceneHub({
      view: this.view,
      flock,
      erasures,
      capacity: maxEvents,
      frameMs,
      onRecord: ({ collection, id, version, text }) => this.recentVersions.add(collection, id, version, text),
    })
    this.#stopForgetting = erasures.onErasure(() => recentVersions.forget())
    this.streams = new StreamRegistry(this.hub, { maxStreams, frameMs, heartbeatMs })
    const queues = flock && new QueueSampler(() => flock.queues(), queueSampleMs)
    queues?.sample(Date.now())
    this.#queueTimer = queues && setInterval(() => queues.sample(Date.now()), queueSampleMs).unref()
    const work = options.workers && new WorkWatch(options.workers)
    this.metricSources = { memory, view: this.view, metricLog: new MetricLog(this.view), queues, budgets, work }
  }

  /** The view of a past time, Unix milliseconds; of the present when left out. @throws OptionError, HistoryError */
  viewAsOf(asOf: number | undefined): View {
    const { memory, principal } = this.options
    return asOf === undefined ? this.view : memory.as(principal, { asOf })
  }

  /** Describes the session to the page. @throws StoreError */
  async describe(): Promise<Session> {
    const { memory, principal, allowAnswers, storeName, flock } = this.options
    const { level = 'public', compartments = [] } = principal.clearance ?? {}
    const { liveSeq, bootId, ring } = this.hub
    // Before anything is read: what is forgotten meanwhile is news for the page.
    const erasures = this.hub.erasures.mark
    const page = await this.view.feed.read({ after: 0, limit: 1 })
    return {
      principal: { id: principal.id, role: principal.role, level, compartments },
      space: memory.space,
      store: storeName,
      isLive: flock !== undefined,
      mayAnswer: allowAnswers,
      mayControl: principal.rights?.includes('control') ?? false,
      maySeeAudit: principal.rights?.includes('audit') ?? false,
      collections: Records.collections,
      findings: Records.collections.filter((name) => hasTrait(name, 'packaged') || hasTrait(name, 'governing')),
      first: formatPosition({ seq: (page.first ?? page.last + 1) - 1, liveSeq: ring.droppedLiveSeq, bootId }),
      last: formatPosition({ seq: page.last, liveSeq, bootId }),
      erasures,
    }
  }

  /** The newest position of the stream. @throws StoreError */
  async newestPosition(): Promise<StreamPosition> {
    const { liveSeq, bootId } = this.hub
    return formatPosition({ seq: await this.view.feed.last(), liveSeq, bootId })
  }

  /** Lists the flock's agents; without a flock the durable agents in the memory. @throws StoreError */
  async agents(): Promise<readonly AgentRow[]> {
    if (this.options.flock) return this.hub.agents
    const { items } = await this.view.records.list({ collection: 'agents', limit: 1_000 })
    return items.map((record): AgentRow => {
      const saved = savedAgentOf(record)
      return { agent: saved.id, role: saved.role, state: stateOfSavedAgent(saved) ?? 'resumed', at: saved.updatedAt }
    })
  }

  /** Closes all streams, and stops listening to the flock and sampling its queues. */
  close(): void {
    clearInterval(this.#queueTimer)
    this.#stopForgetting()
    this.streams.close()
    this.hub.close()
  }
}
