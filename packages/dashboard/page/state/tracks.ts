import type { SceneEvent } from '../../src/protocol/protocol.ts'

/** A run of an activity. */
export interface Bar {
  readonly run: string
  readonly activity: string
  /** The activity and its input in words. */
  readonly title: string
  readonly agent: string
  /** How orders name the run; `undefined` in files of earlier versions. */
  readonly order: string | undefined
  worker: string | undefined
  startedAt: number
  endedAt: number | undefined
  outcome: 'running' | 'done' | 'failed'
  retries: number
  /** Its level among concurrent runs of the row, from the top. */
  level: number
}

/** An event without a duration. */
export interface Mark {
  readonly at: number
  readonly kind: 'read' | 'write' | 'reuse' | 'state' | 'ask'
  /** How often it happened: readers report equal reads together. */
  readonly count: number
  readonly note: string
}

/** The row of one agent or worker thread. */
export interface Track {
  readonly id: string
  readonly kind: 'agent' | 'worker'
  readonly bars: Bar[]
  readonly marks: Mark[]
  /** The last bar of each level: concurrent runs are stacked. */
  readonly levels: Bar[]
  readonly dropped: Dropped
}

/** What a row no longer holds, since it had too much. */
export interface Dropped {
  /** When the last of it ended or happened, Unix milliseconds; 0 if nothing was dropped. */
  until: number
  runs: number
  readonly marks: Record<Mark['kind'], number>
}

/** The name of a worker for people: threads only have numbers. */
export function workerName(id: string): string {
  return /^\d/.test(id) ? `thread ${id}` : id
}

/** A period with events. */
export interface Span {
  readonly from: number
  to: number
}

/** Runs that a row keeps, and marks. */
export const mostInRow = 4_000
/** Further concurrent runs of a row share the last level. */
const maxLevels = 16
/** A longer period without events counts as idle, in milliseconds. */
const idleMs = 2_500

/** Collects the rows of the timeline from the events. A past moment shows the part of them before it. */
export class Tracks {
  readonly tracks = new Map<string, Track>()
  readonly spans: Span[] = []
  readonly #running = new Map<string, Bar>()

  /** Drops everything. */
  clear(): void {
    this.tracks.clear()
    this.spans.length = 0
    this.#running.clear()
  }

  add(events: readonly SceneEvent[]): void {
    for (const event of events) this.#add(event)
  }

  #add(event: SceneEvent): void {
    const { at } = event
    this.#extendSpan(event.type === 'activity' && event.durationMs !== undefined ? at - event.durationMs : at, at)
    switch (event.type) {
      case 'activity':
        return this.#addRun(event)
      case 'agent':
        return this.#addMark(event.agent, { at, kind: 'state', count: 1, note: event.state })
      case 'written':
        return this.#addMark(event.author, {
          at,
          kind: 'write',
          count: 1,
          note: `${event.collection}: ${event.title.slice(0, 80)}`,
        })
      case 'read':
        // A read of nothing is none.
        if (!event.isHit) return
        return this.#addMark(event.agent, { at, kind: 'read', count: event.count, note: event.collection })
      case 'reused':
        return this.#addMark(event.agent, { at, kind: 'reuse', count: event.count, note: event.title.slice(0, 80) })
      case 'escalation':
        return this.#addMark(event.by, { at, kind: 'ask', count: 1, note: `escalation ${event.state}` })
      case 'deleted':
        return this.#endRun(event)
      case 'dead-letter':
    }
  }

  #addRun(event: Extract<SceneEvent, { readonly type: 'activity' }>): void {
    const { run, activity, title = activity, agent, phase, worker, durationMs, at } = event
    const known = this.#running.get(run)
    if (phase === 'retried' && known) known.retries += 1
    if (phase !== 'started' && phase !== 'done' && phase !== 'failed') return
    const bar = known ?? {
      run,
      activity,
      title,
      agent,
      order: event.order,
      worker,
      endedAt: undefined,
      outcome: 'running' as const,
      retries: 0,
      level: 0,
      startedAt: at - (phase === 'started' ? 0 : (durationMs ?? 0)),
    }
    if (!known) {
      placeBar(this.#track(agent, 'agent'), bar)
      this.#running.set(run, bar)
    }
    if (phase === 'started') return
    this.#running.delete(run)
    bar.endedAt = at
    bar.outcome = phase
    bar.worker = worker
    if (worker === undefined) return
    // The agent's bar includes waiting for a thread; the thread's bar is the work alone.
    const startedAt = durationMs === undefined ? bar.startedAt : at - durationMs
    placeBar(this.#track(worker, 'worker'), { ...bar, startedAt })
  }

  /** Work of another process that fails leaves no record. */
  #endRun({ collection, id, at }: Extract<SceneEvent, { readonly type: 'deleted' }>): void {
    const bar = collection === 'work' ? this.#running.get(id) : undefined
    if (!bar) return
    this.#running.delete(id)
    bar.endedAt = at
    bar.outcome = 'failed'
  }

  #addMark(id: string, mark: Mark): void {
    const { marks, dropped } = this.#track(id, 'agent')
    for (const { kind, count, at } of push(marks, mark)) {
      dropped.marks[kind] += count
      dropped.until = Math.max(dropped.until, at)
    }
  }

  #track(id: string, kind: Track['kind']): Track {
    const key = `${kind}:${id}`
    const dropped = { until: 0, runs: 0, marks: { read: 0, write: 0, reuse: 0, state: 0, ask: 0 } }
    const track = this.tracks.get(key) ?? { id, kind, bars: [], marks: [], levels: [], dropped }
    this.tracks.set(key, track)
    return track
  }

  #extendSpan(from: number, to: number): void {
    const last = this.spans.at(-1)
    if (last && (this.#running.size > 0 || from - last.to <= idleMs)) last.to = Math.max(last.to, to)
    else this.spans.push({ from: Math.max(from, last?.to ?? from), to })
  }
}

/** Adds a bar to a row, on the first level where it overlaps no other. Bars come in order of their starts, or of their ends. */
function placeBar({ bars, levels, dropped }: Track, bar: Bar): void {
  const free = levels.findIndex(({ endedAt }) => endedAt !== undefined && endedAt <= bar.startedAt)
  bar.level = free === -1 ? Math.min(levels.length, maxLevels - 1) : free
  levels[bar.level] = bar
  for (const { startedAt, endedAt = startedAt } of push(bars, bar)) {
    dropped.runs += 1
    dropped.until = Math.max(dropped.until, endedAt)
  }
}

/** Adds an item to a list. @returns the oldest ones, which had to go */
function push<Item>(list: Item[], item: Item): readonly Item[] {
  list.push(item)
  return list.length > mostInRow ? list.splice(0, mostInRow / 4) : []
}
