import type { Principal } from '@skein/memory'
import { Hono } from 'hono'

import { addApi } from './api.ts'
import { MoveLog } from './charts/move-log.ts'
import type { ResolvedDashboardOptions } from './dashboard-options.ts'
import { DashboardSession } from './dashboard-session.ts'
import { ErasureWatch } from './kept/erasure-watch.ts'
import { HttpError } from './http/problem.ts'
import { TraceLog } from './traces/trace-log.ts'

/** Most principals that a dashboard keeps sessions for. */
const mostViewers = 64

/** A principal who looks at the dashboard: its session and its routes. */
interface Viewer {
  readonly session: DashboardSession
  readonly api: Hono
}

/** Those who look at a dashboard, each through a view of its own. Who has not asked for longest leaves first. */
export class Viewers {
  readonly #options: ResolvedDashboardOptions
  readonly #answer: (error: unknown) => Response
  readonly #viewers = new Map<string, Viewer>()
  readonly #viewerIds = new Set<string>()
  readonly #erasures: ErasureWatch
  readonly #traces: TraceLog | undefined
  readonly #moves: MoveLog | undefined

  /** @param answer - Answers what a route throws. @throws OptionError when the dashboard's own principal is malformed. */
  constructor(options: ResolvedDashboardOptions, answer: (error: unknown) => Response) {
    this.#options = options
    this.#answer = answer
    const { memory, flock, traces, principal } = options
    const content = traces === 'content' ? (principal.clearance ?? { level: 'public' as const }) : undefined
    this.#erasures = new ErasureWatch(memory.as(principal).feed)
    this.#traces =
      traces === 'off' ? undefined : new TraceLog({ memory, flock, erasures: this.#erasures }, this.#viewerIds, content)
    this.#moves = flock && new MoveLog(flock)
    // From the beginning: the page also shows what happened before it was opened.
    this.apiOf(options.principal)
  }

  /** Connected pages. */
  get streams(): number {
    return this.#viewers.values().reduce((sum, { session }) => sum + session.streams.size, 0)
  }

  /** The routes as a principal sees them. @throws OptionError when the principal is malformed. */
  apiOf(principal: Principal): Hono {
    // No answer may hold what was forgotten before it was asked for.
    this.#erasures.look()
    const { id, role, clearance, rights } = principal
    const key = JSON.stringify([id, role, clearance?.level, clearance?.compartments, rights])
    const viewer = this.#viewers.get(key) ?? this.#open(principal)
    this.#viewers.delete(key)
    this.#viewers.set(key, viewer)
    if (this.#viewers.size > mostViewers) this.#closeIdlest(viewer)
    return viewer.api
  }

  /** Closes all sessions. */
  close(): void {
    this.#erasures.close()
    this.#traces?.close()
    this.#moves?.close()
    for (const { session } of this.#viewers.values()) session.close()
  }

  #open(principal: Principal): Viewer {
    const session = new DashboardSession({ ...this.#options, principal }, this.#erasures, this.#traces, this.#moves)
    this.#viewerIds.add(principal.id)
    const api = new Hono().basePath(this.#options.basePath.slice(0, -1) || '/')
    api.onError((error) => this.#answer(error))
    api.notFound(() => this.#answer(new HttpError(404, 'DASHBOARD_NOT_FOUND', 'Nothing is served at this address.')))
    addApi(api, session)
    return { session, api }
  }

  #closeIdlest(newest: Viewer): void {
    const others = [...this.#viewers].filter(([, viewer]) => viewer !== newest)
    const [key, viewer] =
      others.find(([, { session }]) => session.streams.size === 0) ?? (others[0] as [string, Viewer])
    viewer.session.close()
    this.#viewers.delete(key)
  }
}
