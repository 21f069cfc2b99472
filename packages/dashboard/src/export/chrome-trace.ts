import type { SceneEvent } from '../protocol/protocol.ts'

/** The format counts in microseconds. */
function micros(ms: number): number {
  return Math.round(ms * 1_000)
}

/**
 * Converts events to a Chrome trace (JSON array format, for chrome://tracing and
 * Perfetto): one row per agent with its activities as bars, and all other events
 * as instants.
 */
export async function* chromeTrace(events: AsyncIterable<SceneEvent>): AsyncGenerator<string, void, undefined> {
  const rows = new Map<string, number>()
  const starts = new Map<string, number>()
  let separator = '[\n'
  const line = (entry: object): string => {
    const text = `${separator}${JSON.stringify(entry)}`
    separator = ',\n'
    return text
  }
  yield line({ name: 'process_name', ph: 'M', pid: 1, args: { name: 'Skein' } })
  for await (const event of events) {
    const actor = actorOf(event)
    let tid = rows.get(actor)
    if (tid === undefined) {
      tid = rows.size + 1
      rows.set(actor, tid)
      yield line({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name: actor } })
    }
    const { position: _, at, type, ...args } = event
    if (event.type !== 'activity') {
      yield line({ name: nameOf(event), cat: type, ph: 'i', s: 't', pid: 1, tid, ts: micros(at), args })
      continue
    }
    const { run, phase, activity, durationMs } = event
    if (phase === 'started') {
      starts.set(run, at)
      continue
    }
    if (phase === 'progress') continue
    // Without the start of a run its duration tells when it began.
    const startedAt = durationMs === undefined ? (starts.get(run) ?? at) : at - durationMs
    starts.delete(run)
    const dur = micros(Math.max(0, at - startedAt))
    yield line({ name: activity, cat: type, ph: 'X', pid: 1, tid, ts: micros(startedAt), dur, args })
  }
  yield '\n]\n'
}

function actorOf(event: SceneEvent): string {
  if ('agent' in event) return event.agent
  return 'author' in event ? event.author : event.by
}

function nameOf(event: SceneEvent): string {
  switch (event.type) {
    case 'agent':
    case 'escalation':
      return `${event.type} ${event.state}`
    case 'written':
    case 'deleted':
    case 'read':
      return `${event.type} ${event.collection}`
    case 'reused':
      return `reused ${event.title}`
    default:
      return event.type
  }
}
