import type { AgentRow, SceneEvent, StreamPosition } from '../../src/protocol/protocol.ts'
import {
  connection,
  history,
  isTrimmed,
  parting,
  sceneShown,
  session,
  showMoment,
  takeEvents,
  takeFrame,
  trouble,
} from '../state/page-state.ts'
import { api, Refusal } from './api.ts'
import { followStream } from './event-stream.ts'
import type { Connection } from './event-stream.ts'
import { exportedRun } from './exported-run.ts'
import { takeToken } from './take-token.ts'

const pageSize = 2_000

let leave: (() => void) | undefined

/** Fills the page: from the file that it is, or from its server, and keeps it filled. */
export async function connect(): Promise<void> {
  const run = exportedRun()
  if (run) {
    session.value = run.session
    connection.value = 'file'
    takeEvents(run.events)
    takeEvents(missingAgents(run.agents))
    showMoment(undefined)
    return
  }
  try {
    const token = takeToken()
    if (token !== undefined) await api.login(token)
    session.value = await api.session()
    const last = await readPast(session.value.first)
    takeEvents(missingAgents(await api.agents()))
    follow(last)
  } catch (error) {
    trouble.value = explain(error)
    connection.value = 'ended'
  }
}

/** Opens the stream again after the server closed it. */
export function comeBack(): void {
  parting.value = undefined
  follow(history.last)
}

async function readPast(first: StreamPosition): Promise<StreamPosition> {
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
  leave?.()
  let last = after
  leave = followStream({
    frame: (frame) => {
      takeFrame(frame)
      last = frame.events.at(-1)?.position ?? last
    },
    connection: (state: Connection) => (connection.value = state),
    bye: (bye) => {
      parting.value = bye
      connection.value = 'ended'
    },
    last: () => last,
  })
}

/** Agents that began before anything that the stream can tell. */
function missingAgents(rows: readonly AgentRow[]): readonly SceneEvent[] {
  const { agents } = sceneShown()
  return rows
    .filter(({ agent }) => !agents.has(agent))
    .map((row) => ({ ...row, type: 'agent', position: `agents: ${row.agent}` }))
}

function explain(error: unknown): string {
  if (error instanceof Refusal && error.status === 401) {
    return 'This page has no key. Open the link that the dashboard printed when it started: it brings one.'
  }
  return error instanceof Error ? error.message : 'The server could not be asked.'
}
