import type {
  AgentChart,
  AgentOrderRequest,
  AgentRow,
  EventPage,
  InboxAction,
  InboxDetail,
  InboxItem,
  Metrics,
  Problem,
  RecordDetail,
  RecordRows,
  RunRow,
  Session,
  TraceDetail,
  TraceRow,
} from '../../src/protocol/protocol.ts'
import { forgotten } from '../state/forgetting.ts'

/** A request that the server refused. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, { code, message }: Problem) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** Filters of a list of records; empty ones are ignored. */
export interface RecordsQuery {
  readonly collection?: string
  readonly task?: string
  readonly tag?: string
  readonly author?: string
  readonly q?: string
  /** As the memory was then, Unix milliseconds. */
  readonly asOf?: string
}

/** Traces that the page loads, the latest ones. */
export const mostTraces = 500

/** All requests of the page except the stream. Addresses are relative, so the dashboard may be mounted anywhere. */
export const api = {
  login: (token: string): Promise<unknown> => post('api/login', { token }),
  session: (): Promise<Session> => get('api/session'),
  agents: (): Promise<readonly AgentRow[]> => get('api/agents'),
  runs: (): Promise<readonly RunRow[]> => get('api/runs'),
  events: (after: string | undefined, limit: number): Promise<EventPage> =>
    get(`api/events?${encodeQuery({ after, limit: `${limit}` })}`),
  records: (query: RecordsQuery, cursor?: string): Promise<RecordRows> =>
    get(`api/records?${encodeQuery({ ...query, cursor, limit: '100' })}`),
  record: (collection: string, id: string, asOf?: string): Promise<RecordDetail> =>
    get(`api/records/${encodeURIComponent(collection)}/${encodeURIComponent(id)}?${encodeQuery({ asOf })}`),
  metrics: (since?: number, until?: number): Promise<Metrics> =>
    get(`api/metrics?${encodeQuery({ since: since?.toString(), until: until?.toString() })}`),
  traces: (): Promise<readonly TraceRow[]> => get(`api/traces?limit=${mostTraces}`),
  trace: (id: string): Promise<TraceDetail> => get(`api/traces/${encodeURIComponent(id)}`),
  chart: (agent: string): Promise<AgentChart> => get(`api/charts/${encodeURIComponent(agent)}`),
  inbox: (): Promise<readonly InboxItem[]> => get('api/inbox'),
  order: (agent: string, order: AgentOrderRequest): Promise<unknown> =>
    post(`api/agents/${encodeURIComponent(agent)}`, order),
  escalation: (id: string): Promise<InboxDetail> => get(`api/inbox/${encodeURIComponent(id)}`),
  act: (id: string, action: InboxAction): Promise<unknown> => post(`api/inbox/${encodeURIComponent(id)}`, action),
}

/** The query of an address, without what is empty. */
export function encodeQuery(parameters: Readonly<Record<string, string | undefined>>): string {
  const defined = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return new URLSearchParams(defined).toString()
}

async function get<Answer>(path: string): Promise<Answer> {
  const before = forgotten.peek()
  const answer = await answerOf<Answer>(await fetch(path, { headers: { accept: 'application/json' } }))
  // It may hold what was forgotten while it was on its way.
  return before === forgotten.peek() ? answer : get(path)
}

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  return answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer
  throw new ApiError(
    response.status,
    problemOf(text) ?? { code: 'unknown', message: `The server answered with status ${response.status}.` },
  )
}

function problemOf(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null
    return problem?.message === undefined ? undefined : { code: problem.code ?? 'unknown', message: problem.message }
  } catch {
    return undefined
  }
}
