import type { Flock } from '@skein/core'
import type { BudgetScope } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'
import { requireDuration, requireInteger, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { Authenticate } from './access/authenticate.ts'
import { makeSecret } from './access/token.ts'
import type { Secret } from './access/token.ts'
import { readPageFiles } from './http/page-files.ts'
import type { PageFile } from './http/page-files.ts'
import type { WorkQueue } from './protocol/protocol.ts'

/** Options of {@link dashboard}. */
export interface DashboardOptions {
  readonly memory: Memory
  /** The flock whose agents and activities are shown live; without one, the page shows what the memory records of them. */
  readonly flock?: Flock
  /**
   * The viewer, who also answers escalations. Everything that is sent goes through this principal's view: what its
   * clearance does not cover never leaves the process. With the right `audit` it sees who reads what.
   */
  readonly principal: Principal
  /**
   * Whether the page may take and answer escalations. Without it, the page is read-only.
   *
   * @defaultValue false
   */
  readonly allowAnswers?: boolean
  /**
   * The secret that opens the page: 32 to 256 letters, digits, `-` or `_`.
   *
   * @defaultValue a random one
   */
  readonly token?: string
  /**
   * Authenticates requests in place of the token, for apps that know their users. It returns the sender's principal,
   * whose clearance and rights bound what the sender sees and does; `true` for `principal`; `false` or `undefined` to
   * refuse.
   *
   * @defaultValue the token
   */
  readonly authenticate?: Authenticate
  /**
   * The path under which the handler is mounted, such as `/skein`.
   *
   * @defaultValue '/'
   */
  readonly basePath?: string
  /**
   * The host names under which the dashboard is reached, such as `tools.example.com` or `tools.example.com:8443`.
   *
   * @defaultValue loopback names
   */
  readonly hosts?: readonly string[]
  /**
   * What is kept of the latest pieces of work in this process, as traces: nothing (`off`); agents, activities, calls to
   * models, reads and writes with their times, cost and errors (`outline`); or also inputs, results, prompts and answers,
   * up to the clearance of `principal` (`content`). A viewer sees records, texts and messages of errors as far as their
   * own clearance goes.
   *
   * @defaultValue 'outline'
   */
  readonly traces?: 'off' | 'outline' | 'content'
  /** Budgets to show, as given to models and flocks. */
  readonly budgets?: readonly BudgetScope[]
  /**
   * Asks for the workers of other machines and what waits for them, which _Metrics_ and Prometheus show to every viewer:
   * `() => listWorkers({ connection })` of `@skein/bullmq`.
   */
  readonly workers?: () => Promise<WorkQueue>
  /**
   * The name of the store on the page; leave passwords out.
   *
   * @defaultValue 'memory'
   */
  readonly storeName?: string
  /**
   * Pages that may be connected at the same time; one more disconnects the one that has been idle longest.
   *
   * @defaultValue 64
   */
  readonly maxStreams?: number
  /**
   * Events buffered for pages that are slow or reconnect, for all pages together.
   *
   * @defaultValue 20_000
   */
  readonly maxEvents?: number
  /** The folder of the built page. @internal */
  readonly pageFolder?: string
  /** An idle stream sends a heartbeat after this time, in milliseconds. @internal */
  readonly heartbeatMs?: number
}

/** For {@link DashboardOptions}. */
export const dashboardKinds: OptionKinds<DashboardOptions> = {
  memory: 'any',
  flock: 'object',
  principal: 'any',
  allowAnswers: 'boolean',
  token: 'any',
  authenticate: 'function',
  basePath: 'any',
  hosts: 'any',
  traces: 'any',
  budgets: 'any',
  workers: 'function',
  storeName: 'string',
  maxStreams: 'any',
  maxEvents: 'any',
  pageFolder: 'string',
  heartbeatMs: 'any',
}

/** Options with every default filled in and every range checked. */
export interface ResolvedDashboardOptions {
  readonly memory: Memory
  readonly flock: Flock | undefined
  readonly principal: Principal
  readonly allowAnswers: boolean
  readonly secret: Secret
  readonly authenticate: Authenticate | undefined
  /** Begins and ends with a slash. */
  readonly basePath: string
  readonly hosts: readonly string[] | undefined
  readonly traces: 'off' | 'outline' | 'content'
  readonly budgets: readonly BudgetScope[]
  readonly workers: DashboardOptions['workers'] | undefined
  readonly storeName: string
  readonly maxStreams: number
  readonly maxEvents: number
  readonly frameMs: number
  readonly heartbeatMs: number
  readonly files: ReadonlyMap<string, PageFile>
}

/**
 * Least time between two frames of a stream. Each frame wakes this process, reads
 * the feed and writes to a socket, so this rate sets most of the cost of watching
 * a busy flock. After a pause an event is sent at once.
 */
const frameMs = 100

/** @throws OptionError when an option is out of range. */
export function resolveDashboardOptions(given: DashboardOptions): ResolvedDashboardOptions {
  const options = requireOptions('dashboard', given, dashboardKinds)
  const { memory, principal, basePath = '/', maxStreams = 64, maxEvents = 20_000, heartbeatMs = 10_000 } = options
  const { traces = 'outline' } = options
  if (typeof memory?.as !== 'function') {
    throw new OptionError('memory', 'an open memory, such as await openMemory({ store })', memory)
  }
  requireInteger('maxStreams', maxStreams, 1, 10_000)
  requireInteger('maxEvents', maxEvents, 100, 1_000_000)
  requireDuration('heartbeatMs', heartbeatMs)
  if (options.hosts !== undefined) requireStrings('hosts', options.hosts)
  if (!['off', 'outline', 'content'].includes(traces)) {
    throw new OptionError('traces', "'off', 'outline' or 'content'", traces)
  }
  if (options.budgets !== undefined && !Array.isArray(options.budgets)) {
    throw new OptionError('budgets', 'an array of budgets', options.budgets)
  }
  if (typeof basePath !== 'string' || !/^(\/[\w.-]+)*\/?$/.test(basePath) || basePath.includes('..')) {
    throw new OptionError('basePath', 'a path such as /skein', basePath)
  }
  return {
    memory,
    flock: options.flock,
    principal,
    allowAnswers: options.allowAnswers ?? false,
    secret: makeSecret(options.token),
    authenticate: options.authenticate,
    basePath: basePath.endsWith('/') ? basePath : `${basePath}/`,
    hosts: options.hosts,
    traces,
    budgets: options.budgets ?? [],
    workers: options.workers,
    storeName: options.storeName ?? 'memory',
    maxStreams,
    maxEvents,
    frameMs,
    heartbeatMs,
    files: readPageFiles(options.pageFolder),
  }
}
