import type { AgentRow, SceneEvent, StreamPosition } from '../../src/protocol/protocol.ts'
import { forgetContent } from '../state/forgetting.ts'
import {
  connection,
  history,
  isTrimmed,
  pageError,
  replayIndex,
  replayTime,
  session,
  showAt,
  streamClose,
  takeEvents,
  takeFrame,
} from '../state/page-state.ts'
import { api, ApiError } from './api.ts'
import { followStream } from './event-stream.ts'
import { exportedRun } from './exported-run.ts'
import { takeToken } from './take-token.ts'

const pageSize = 2_000
/** Pause before the page is loaded again after that failed, in milliseconds. */
const retryMs = 1_000

let stopFollowing: (() => void) | undefined

/** Loads the page's data, from the exported file or the server, and then follows the server's stream. */
export async function connect(): Promise<void> {
  const run = exportedRun()
  if (run) {
    connection.value = 'file'
    session.value = run.session
    takeEvents(run.events)
    takeEvents(missingAgents(run.agents))
    showAt(undefined)
    return
  }
  try {
    const token = takeToken()
    if (token !== undefined) await api.login(token)
    await load()
  } catch (error) {
    pageError.value = explain(error)
    connection.value = 'ended'
  }
}

/** Loads what the viewer may see, and follows what comes. */
async function load(): Promise<void> {
  session.value = await api.session()
  const last = await loadPast(session.value.first)
  takeEvents(missingAgents(await api.agents()))
  follow(last)
}

/** Drops all that the page has loaded, since some of it was forgotten, and loads it again. */
async function loadAgain(): Promise<void> {
  const time = replayIndex.peek() === undefined ? undefined : replayTime.peek()
  stopFollowing?.()
  for (;;) {
    forgetContent()
    try {
      await load()
      if (time !== undefined) showAt(history.indexAt(time), time)
      return
    } catch {
      connection.value = 'reconnecting'
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

/** Opens the stream again after the server closed it. */
export function reconnect(): void {
  streamClose.value = undefined
  follow(history.last)
}

async function loadPast(first: StreamPosition): Promise<StreamPosition> {
  let after = first
  for (;;) {
    const { events, next, hasMore, trimmed } = await api.events(after, pageSize)
    takeEvents(events)
    if (trimmed) isTrimmed.value = true
    after = next
    if (!hasMore) return after
  }
}

function follow(after: StreamPosition | undefined): void {
  stopFollowing?.()
  let last = after
  stopFollowing = followStream({
    onFrame: (frame) => {
      takeFrame(frame)
      last = frame.events.at(-1)?.position ?? last
    },
    onForgotten: ({ erasures }) => {
      if (erasures !== session.peek()?.erasures) void loadAgain()
    },
    onConnection: (state) => (connection.value = state),
    onClose: (reason) => {
      streamClose.value = reason
      connection.value = 'ended'
    },
    last: () => last,
    erasures: () => session.peek()?.erasures,
  })
}

/** Events for agents of which no event tells, or only what they read and wrote. */
function missingAgents(rows: readonly AgentRow[]): readonly SceneEvent[] {
  const { agents, at: now } = history.head
  return (
    rows
      .filter(({ agent }) => !agents.get(agent)?.isReported)
      // After all others: the history is in the order of time.
      .map((row) => ({ ...row, type: 'agent', position: `agents: ${row.agent}`, at: Math.max(now, row.at) }))
      .toSorted((a, b) => a.at - b.at) as readonly SceneEvent[]
  )
}

function explain(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) {
    return 'This page is not logged in. Open the link that the dashboard printed when it started: it contains the token.'
  }
  return error instanceof Error ? error.message : 'The server could not be reached.'
}
