import type { SceneEvent } from '../../src/protocol/protocol.ts'

/** A run of an activity, from the start of the work. */
export interface Bar {
  readonly run: string
  readonly activity: string
  readonly agent: string
  worker: string | undefined
  startedAt: number
  endedAt: number | undefined
  outcome: 'running' | 'done' | 'failed'
  retries: number
  /** Its place among the runs of the same time in its row, from above. */
  level: number
}

/** Something that has no length. */
export interface Mark {
  readonly at: number
  readonly kind: 'read' | 'write' | 'reuse' | 'state' | 'ask'
  readonly note: string
}

/** All that one agent, or one thread, did. */
export interface Track {
  readonly id: string
  readonly kind: 'agent' | 'worker'
  readonly bars: Bar[]
  readonly marks: Mark[]
  /** The last bar of each level: runs of the same time lie under each other. */
  readonly levels: Bar[]
}

/** What a worker is called: threads have numbers. */
export function workerName(id: string): string {
  return /^\d/.test(id) ? `thread ${id}` : id
}

/** A stretch of time in which something happened. */
export interface Span {
  readonly from: number
  to: number
}

const mostMarks = 4_000
const mostBars = 4_000
/** So many runs of the same time have a place of their own; more share the last one. */
const mostLevels = 16
/** Nothing for so long counts as idle, in milliseconds. */
const idleMs = 2_500

/** What the timeline is drawn from, kept up with the events. A past moment is all of it up to then. */
export class Tracks {
  readonly tracks = new Map<string, Track>()
  readonly spans: Span[] = []
  readonly #running = new Map<string, Bar>()

  add(events: readonly SceneEvent[]): void {
    for (const event of events) this.#add(event)
  }

  #add(event: SceneEvent): void {
    const { at } = event
    this.#busy(event.type === 'activity' && event.durationMs !== undefined ? at - event.durationMs : at, at)
    switch (event.type) {
      case 'activity':
        return this.#run(event)
      case 'agent':
        return this.#mark(event.agent, { at, kind: 'state', note: event.state })
      case 'written':
        return this.#mark(event.author, { at, kind: 'write', note: `${event.collection}: ${event.title.slice(0, 80)}` })
      case 'read':
        return this.#mark(event.agent, { at, kind: 'read', note: event.collection })
      case 'reused':
        return this.#mark(event.agent, { at, kind: 'reuse', note: event.work.slice(0, 80) })
      case 'escalation':
        return this.#mark(event.by, { at, kind: 'ask', note: `escalation ${event.state}` })
      case 'deleted':
      case 'dead-letter':
    }
  }

  #run(event: Extract<SceneEvent, { readonly type: 'activity' }>): void {
    const { run, activity, agent, phase, worker, durationMs, at } = event
    const known = this.#running.get(run)
    if (phase === 'retried' && known) known.retries += 1
    if (phase !== 'started' && phase !== 'done' && phase !== 'failed') return
    const bar = known ?? {
      run,
      activity,
      agent,
      worker,
      endedAt: undefined,
      outcome: 'running' as const,
      retries: 0,
      level: 0,
      startedAt: at - (phase === 'started' ? 0 : (durationMs ?? 0)),
    }
    if (!known) {
      place(this.#track(agent, 'agent'), bar)
      this.#running.set(run, bar)
    }
    if (phase === 'started') return
    this.#running.delete(run)
    bar.endedAt = at
    bar.outcome = phase
    bar.worker = worker
    if (worker === undefined) return
    // The agent waits from its question on; the thread works for as long as the work took.
    const startedAt = durationMs === undefined ? bar.startedAt : at - durationMs
    place(this.#track(worker, 'worker'), { ...bar, startedAt })
  }

  #mark(id: string, mark: Mark): void {
    push(this.#track(id, 'agent').marks, mark, mostMarks)
  }

  #track(id: string, kind: Track['kind']): Track {
    const key = `${kind}:${id}`
    const track = this.tracks.get(key) ?? { id, kind, bars: [], marks: [], levels: [] }
    this.tracks.set(key, track)
    return track
  }

  #busy(from: number, to: number): void {
    const last = this.spans.at(-1)
    if (last && (this.#running.size > 0 || from - last.to <= idleMs)) last.to = Math.max(last.to, to)
    else this.spans.push({ from: Math.max(from, last?.to ?? from), to })
  }
}

/** Adds a bar to a row, on the first level where it covers no other: bars come in the order of their beginnings, or of their ends. */
function place({ bars, levels }: Track, bar: Bar): void {
  const free = levels.findIndex(({ endedAt }) => endedAt !== undefined && endedAt <= bar.startedAt)
  bar.level = free === -1 ? Math.min(levels.length, mostLevels - 1) : free
  levels[bar.level] = bar
  push(bars, bar, mostBars)
}

function push<Item>(list: Item[], item: Item, most: number): void {
  list.push(item)
  if (list.length > most) list.splice(0, most / 4)
}
