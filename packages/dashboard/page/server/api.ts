import type {
  AgentRow,
  EventPage,
  Figures,
  InboxAction,
  InboxDetail,
  InboxItem,
  Problem,
  RecordDetail,
  RecordRows,
  Session,
} from '../../src/protocol/protocol.ts'

/** What the server said instead of an answer. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, { code, message }: Problem) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
  }
}

/** What to list records by; what is empty does not count. */
export interface RecordsWanted {
  readonly collection?: string
  readonly task?: string
  readonly tag?: string
  readonly author?: string
  readonly q?: string
}

/** Every request of the page but the stream. Addresses are relative: the dashboard may be mounted anywhere. */
export const api = {
  login: (token: string): Promise<unknown> => post('api/login', { token }),
  session: (): Promise<Session> => get('api/session'),
  agents: (): Promise<readonly AgentRow[]> => get('api/agents'),
  events: (after: string | undefined, limit: number): Promise<EventPage> =>
    get(`api/events?${query({ after, limit: `${limit}` })}`),
  records: (wanted: RecordsWanted, cursor?: string): Promise<RecordRows> =>
    get(`api/records?${query({ ...wanted, cursor, limit: '100' })}`),
  record: (collection: string, id: string): Promise<RecordDetail> =>
    get(`api/records/${encodeURIComponent(collection)}/${encodeURIComponent(id)}`),
  figures: (since?: number, until?: number): Promise<Figures> =>
    get(`api/figures?${query({ since: since?.toString(), until: until?.toString() })}`),
  inbox: (): Promise<readonly InboxItem[]> => get('api/inbox'),
  escalation: (id: string): Promise<InboxDetail> => get(`api/inbox/${encodeURIComponent(id)}`),
  act: (id: string, action: InboxAction): Promise<unknown> => post(`api/inbox/${encodeURIComponent(id)}`, action),
}

function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return new URLSearchParams(given).toString()
}

async function get<Answer>(path: string): Promise<Answer> {
  return answerOf(await fetch(path, { headers: { accept: 'application/json' } }))
}

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json', accept: 'application/json' }
  return answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer
  throw new Refusal(
    response.status,
    problemOf(text) ?? { code: 'unknown', message: `The server said ${response.status}.` },
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
