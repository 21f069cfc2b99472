import type { Memory, View } from '@skein/memory'

import type { ResolvedDashboardOptions } from './dashboard-options.ts'
import { FigureLog } from './metrics/metric-log.ts'
import { QueueLog } from './metrics/queue-sampler.ts'
import type { AgentRow, Session, StreamPosition } from './protocol/protocol.ts'
import { SeenValues } from './records/recent-versions.ts'
import { formatPosition } from './stream/position.ts'
import { SceneHub } from './stream/scene-hub.ts'
import { StreamDesk } from './stream/stream-registry.ts'

/** Values of earlier versions that are kept, in UTF-16 units. */
const mostSeen = 8_000_000

/** How often the flock's queues are looked at, in milliseconds: also while nobody looks on, for who comes late. */
const queuePaceMs = 500

/** All that one person who looks on is shown, and through whose eyes. */
export class Onlooker {
  readonly memory: Memory
  readonly view: View
  readonly hub: SceneHub
  readonly desk: StreamDesk
  readonly log: FigureLog
  readonly seen: SeenValues = new SeenValues(mostSeen)
  /** Of the flock, where there is one. */
  readonly queues: QueueLog | undefined
  readonly options: ResolvedDashboardOptions
  readonly #looking: NodeJS.Timeout | undefined

  /** @throws OptionError when the principal makes no sense. */
  constructor(options: ResolvedDashboardOptions) {
    const { memory, principal, flock, maxEvents, maxStreams, frameMs, beatMs } = options
    this.options = options
    this.memory = memory
    this.view = memory.as(principal)
    this.log = new FigureLog(this.view)
    this.hub = new SceneHub({
      view: this.view,
      flock,
      capacity: maxEvents,
      frameMs,
      onRecord: ({ collection, id, version, text }) => this.seen.note(collection, id, version, text),
    })
    this.desk = new StreamDesk(this.hub, { maxStreams, frameMs, beatMs })
    const queues = flock && new QueueLog(() => flock.queues(), queuePaceMs)
    this.queues = queues
    queues?.note(Date.now())
    this.#looking = queues && setInterval(() => queues.note(Date.now()), queuePaceMs).unref()
  }

  /** Who looks on, at what. @throws StoreError */
  async session(): Promise<Session> {
    const { principal, allowAnswers, storeName, flock } = this.options
    const { level = 'public', compartments = [] } = principal.clearance ?? {}
    const { hub } = this
    const { live, life, ring } = hub
    const page = await this.view.feed.read({ after: 0, limit: 1 })
    return {
      principal: { id: principal.id, role: principal.role, level, compartments },
      space: this.memory.share().space,
      store: storeName,
      isLive: flock !== undefined,
      mayAnswer: allowAnswers,
      maySeeAudit: principal.rights?.includes('audit') ?? false,
      first: formatPosition({ seq: (page.first ?? page.last + 1) - 1, live: ring.droppedLive, life }),
      last: formatPosition({ seq: page.last, live, life }),
    }
  }

  /** The newest position of the stream. @throws StoreError */
  async now(): Promise<StreamPosition> {
    const { live, life } = this.hub
    return formatPosition({ seq: await this.view.feed.last(), live, life })
  }

  /** The agents of the flock, or the durable ones that the memory holds. @throws StoreError */
  async agents(): Promise<readonly AgentRow[]> {
    if (this.options.flock) return this.hub.agents
    const { items } = await this.view.records.list({ collection: 'agents', limit: 1_000 })
    return items.map(({ id, tags, updatedAt: at }): AgentRow => {
      const told = (what: string): string =>
        tags.find((tag) => tag.startsWith(`${what}:`))?.slice(what.length + 1) ?? ''
      const status = told('status')
      const state = status === 'done' ? 'ended' : status === 'failed' ? 'failed' : 'resumed'
      return { agent: id, role: told('role'), state, at }
    })
  }

  close(): void {
    clearInterval(this.#looking)
    this.desk.close()
    this.hub.close()
  }
}
