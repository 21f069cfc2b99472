import type { SceneEvent } from '../protocol/protocol.ts'

/** Microseconds, as the format has them. */
function micros(ms: number): number {
  return Math.round(ms * 1_000)
}

/**
 * The events as a Chrome trace (JSON array format, for chrome://tracing and
 * Perfetto): a row for each agent with its activities as bars, and everything
 * else as instants.
 */
export async function* chromeTrace(events: AsyncIterable<SceneEvent>): AsyncGenerator<string, void, undefined> {
  const rows = new Map<string, number>()
  const starts = new Map<string, number>()
  let before = '[\n'
  const line = (entry: object): string => {
    const text = `${before}${JSON.stringify(entry)}`
    before = ',\n'
    return text
  }
  yield line({ name: 'process_name', ph: 'M', pid: 1, args: { name: 'Skein' } })
  for await (const event of events) {
    const who = actorOf(event)
    let tid = rows.get(who)
    if (tid === undefined) {
      tid = rows.size + 1
      rows.set(who, tid)
      yield line({ name: 'thread_name', ph: 'M', pid: 1, tid, args: { name: who } })
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
    // The feed tells the end alone where the beginning is forgotten: then the duration says when that was.
    const begun = durationMs === undefined ? (starts.get(run) ?? at) : at - durationMs
    starts.delete(run)
    const dur = micros(Math.max(0, at - begun))
    yield line({ name: activity, cat: type, ph: 'X', pid: 1, tid, ts: micros(begun), dur, args })
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
      return `reused ${event.work}`
    default:
      return event.type
  }
}
