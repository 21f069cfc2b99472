import type {
  EventPage,
  Figures,
  InboxAction,
  InboxItem,
  LineageItem,
  RecordDetail,
  RecordRow,
  RecordRows,
} from '../../src/protocol/protocol.ts'
import { isAlive } from '../../page/state/scene.ts'
import type { SceneRecord } from '../../page/state/scene.ts'
import type { FixtureState } from './fixture-state.ts'

/** A request, as the fixture looks at it. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly body: string
}

interface Answer {
  readonly status: number
  readonly value: unknown
}

/** What the fixture says to a request under `/api/`. */
export function answerOf(server: FixtureState, { method, url, body }: Asked): Answer {
  const [name = '', ...rest] = url.pathname.slice('/api/'.length).split('/').map(decodeURIComponent)
  if (method === 'POST' && name === 'login') return ok({})
  if (method === 'POST' && name === 'inbox') return act(server, rest[0] ?? '', JSON.parse(body) as InboxAction)
  switch (name) {
    case 'session':
      return ok(server.session)
    case 'agents':
      return ok([])
    case 'events':
      return ok(pageOf(server, url.searchParams))
    case 'records':
      return rest.length === 2 ? detailOf(server, rest.join('/')) : ok(rowsOf(server, url.searchParams))
    case 'figures':
      return ok(figuresOf(server))
    case 'inbox': {
      if (rest.length === 0) return ok([...server.contents.inbox.values()].map(({ item }) => item))
      const detail = server.contents.inbox.get(rest[0] ?? '')
      return detail ? ok(detail) : notFound
    }
    default:
      return notFound
  }
}

const notFound: Answer = { status: 404, value: { code: 'DASHBOARD_NOT_FOUND', message: 'There is no such thing.' } }

function ok(value: unknown): Answer {
  return { status: 200, value }
}

function pageOf({ events }: FixtureState, query: URLSearchParams): EventPage {
  const from = Number(query.get('after') ?? 0)
  const page = events.slice(from, from + Number(query.get('limit') ?? 1_000))
  return { events: page, next: `${from + page.length}`, hasMore: from + page.length < events.length, trimmed: false }
}

function rowsOf({ scene }: FixtureState, query: URLSearchParams): RecordRows {
  const wanted = (name: string, value: string | undefined): boolean => !query.get(name) || query.get(name) === value
  const fitting = [...scene.records.values()]
    .filter((record) => isAlive(record, Date.now()) && wanted('collection', record.collection))
    .filter(
      ({ author, task, tags }) =>
        wanted('author', author) &&
        wanted('task', task) &&
        (!query.get('tag') || tags.includes(query.get('tag') ?? '')),
    )
    .filter(({ title }) => title.toLowerCase().includes((query.get('q') ?? '').toLowerCase()))
    .toReversed()
  const from = Number(query.get('cursor') ?? 0)
  const limit = Number(query.get('limit') ?? 50)
  const isMore = from + limit < fitting.length
  return { rows: fitting.slice(from, from + limit).map(toRow), ...(isMore && { cursor: `${from + limit}` }) }
}

function toRow(record: SceneRecord): RecordRow {
  const { collection, id, version, author, task, tags, label, title, createdAt, writtenAt, expiresAt } = record
  return {
    collection,
    id,
    version,
    author,
    tags,
    label,
    title,
    createdAt,
    updatedAt: writtenAt,
    ...(task !== undefined && { task }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

function detailOf({ scene, contents }: FixtureState, key: string): Answer {
  const record = scene.records.get(key)
  if (!record) return notFound
  const value = contents.values.get(key) ?? JSON.stringify({ about: record.title, size: record.bytes })
  const text = contents.contents.get(key)
  const item = (one: SceneRecord, depth: number, from: string): LineageItem => {
    return { collection: one.collection, id: one.id, title: one.title, author: one.author, depth, from }
  }
  const sources = record.derivedFrom.flatMap((id) => scene.records.get(`objects/${id}`) ?? [])
  const uses = [...scene.records.values()].filter(({ derivedFrom }) => derivedFrom.includes(record.id))
  const versions = Array.from({ length: record.version }, (_, index) => record.version - index)
  const detail: RecordDetail = {
    ...toRow(record),
    value,
    isCut: false,
    sent: [],
    readers:
      record.reads > 0
        ? [
            {
              agent: 'analyst-1',
              count: record.reads,
              lastAt: record.heat.at,
            },
          ]
        : [],
    history: versions.map((version) => {
      const { author, writtenAt: at } = record
      return {
        version,
        author,
        at,
        value: version === record.version ? value : JSON.stringify({ about: 'an earlier one' }),
      }
    }),
    sources: sources.map((one) => item(one, 1, record.id)),
    uses: uses.slice(0, 100).map((one) => item(one, 1, record.id)),
    ...(text !== undefined && {
      content: {
        mediaType: 'text/plain',
        text: text.slice(0, 200_000),
        isCut: false,
      },
    }),
  }
  return ok(detail)
}

function act(server: FixtureState, id: string, action: InboxAction): Answer {
  const detail = server.contents.inbox.get(id)
  if (!detail) return notFound
  const now = Date.now()
  const states = {
    take: 'taken',
    release: 'open',
    answer: 'answered',
    decline: 'declined',
    'hand-back': 'handed-back',
  } as const
  const state = states[action.do]
  const { takenBy: _, ...before } = detail.item
  const item: InboxItem = {
    ...before,
    state,
    version: before.version + 1,
    updatedAt: now,
    ...(action.do !== 'release' && { takenBy: 'ada' }),
    ...(action.do === 'answer' && { answer: action.answer }),
    ...('why' in action && { answer: JSON.stringify(action.why) }),
  }
  server.contents.inbox.set(id, { ...detail, item })
  server.emit([{ type: 'escalation', at: now, id, task: item.task, state, by: 'ada' }])
  return ok(item)
}

function figuresOf({ scene, events }: FixtureState): Figures {
  const { reused, savedMs, savedTokens, savedUsd, done, workMs, hits, reads, failed } = scene.totals
  const since = events[0]?.at ?? 0
  const points = 40
  const step = Math.max(1, (scene.at - since) / points)
  return {
    since,
    until: scene.at,
    avoided: {
      calls: reused,
      ms: savedMs,
      tokens: savedTokens,
      usd: savedUsd,
    },
    spent: {
      calls: done,
      ms: workMs,
      tokens: done * 640,
      usd: done * 0.0032,
    },
    cache: {
      hits,
      misses: reads - hits,
      invalidations: 12,
    },
    completion: {
      medianMs: 840,
      p95Ms: 3_200,
      count: done,
    },
    reworkRate: failed / Math.max(1, done),
    escalationRate: 0.02,
    budgets: [
      {
        id: 'flock',
        measure: 'tokens',
        spent: 62_000,
        limit: 100_000,
      },
      {
        id: 'analyst-1',
        measure: 'usd',
        spent: 0.92,
        limit: 1,
      },
    ],
    series: Array.from({ length: points }, (_, index) => {
      const at = since + (index + 1) * step
      const inside = events.filter((event) => event.at > at - step && event.at <= at)
      const calls = inside.filter((event) => event.type === 'activity' && event.phase === 'done').length
      const avoided = inside.filter(({ type }) => type === 'reused').length
      return {
        at,
        calls,
        avoided,
        reworkRate: 0.04 + 0.02 * Math.sin(index / 4),
        escalationRate: 0.02,
      }
    }),
    queues: Array.from({ length: points }, (_, index) => {
      const waiting = Math.max(0, Math.sin(index / 5) + 0.4)
      return {
        at: since + (index + 1) * step,
        messages: Math.round(38 * waiting),
        activities: Math.round(11 * waiting ** 2),
      }
    }),
  }
}
