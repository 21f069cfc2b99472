import type { BudgetScope, Flock } from '@skein/core'
import { OptionError } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'

import { makeSecret } from './access/token.ts'
import type { Secret } from './access/token.ts'
import { readPageFiles } from './http/page-files.ts'
import type { PageFile } from './http/page-files.ts'

/** Options of {@link dashboard}. */
export interface DashboardOptions {
  readonly memory: Memory
  /** Whose agents and activities are shown as they happen; without one, what the memory tells of them. */
  readonly flock?: Flock
  /**
   * Who looks on, and answers. All that is sent goes through the view of this principal: what its clearance does not
   * cover never leaves the process. With the right `audit` it sees who reads what.
   */
  readonly principal: Principal
  /**
   * Whether escalations may be taken and answered.
   *
   * @defaultValue false: nothing can be changed from the page
   */
  readonly allowAnswers?: boolean
  /**
   * The secret that opens the page: 32 to 256 letters, digits, `-` or `_`.
   *
   * @defaultValue a random one
   */
  readonly token?: string
  /**
   * Decides who comes in, in place of the token: for apps that know their users. Whoever comes in acts as `principal`.
   *
   * @defaultValue the token
   */
  readonly authenticate?: (request: Request) => boolean | Promise<boolean>
  /**
   * The path that the handler is mounted under, such as `/skein`.
   *
   * @defaultValue '/'
   */
  readonly basePath?: string
  /**
   * The names under which the dashboard may be asked for, such as `tools.example.com` or `tools.example.com:8443`.
   *
   * @defaultValue loopback names
   */
  readonly hosts?: readonly string[]
  /** Budgets to show, as given to models and flocks. */
  readonly budgets?: readonly BudgetScope[]
  /** What to call the store on the page: no password, please. */
  readonly storeName?: string
  /**
   * Pages that may look on at the same time; for one more the idlest is closed.
   *
   * @defaultValue 64
   */
  readonly maxStreams?: number
  /**
   * Events kept for pages that are slow or come back, all pages together.
   *
   * @defaultValue 20_000
   */
  readonly maxEvents?: number
  /** Where the built page lies. @internal */
  readonly pageFolder?: string
  /** A calm stream says so after this, in milliseconds. @internal */
  readonly beatMs?: number
}

/** Options with every default filled in and every range checked. */
export interface ResolvedDashboardOptions {
  readonly memory: Memory
  readonly flock: Flock | undefined
  readonly principal: Principal
  readonly allowAnswers: boolean
  readonly secret: Secret
  readonly authenticate: ((request: Request) => boolean | Promise<boolean>) | undefined
  /** Begins and ends with a slash. */
  readonly basePath: string
  readonly hosts: readonly string[] | undefined
  readonly budgets: readonly BudgetScope[]
  readonly storeName: string
  readonly maxStreams: number
  readonly maxEvents: number
  readonly frameMs: number
  readonly beatMs: number
  readonly files: ReadonlyMap<string, PageFile>
}

/**
 * Frames come at most so often: each wakes this process, reads the feed and writes to a socket, so half as many halve
 * the better part of what watching a busy flock costs. What happens after a pause is told at once.
 */
const frameMs = 100

/** @throws OptionError when an option is out of range. */
export function resolveDashboardOptions(options: DashboardOptions): ResolvedDashboardOptions {
  const { memory, principal, basePath = '/', maxStreams = 64, maxEvents = 20_000 } = options
  requireWhole('maxStreams', maxStreams, 1, 10_000)
  requireWhole('maxEvents', maxEvents, 100, 1_000_000)
  if (!/^(\/[\w.-]+)*\/?$/.test(basePath) || basePath.includes('..')) {
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
    budgets: options.budgets ?? [],
    storeName: options.storeName ?? 'memory',
    maxStreams,
    maxEvents,
    frameMs,
    beatMs: options.beatMs ?? 10_000,
    files: readPageFiles(options.pageFolder),
  }
}

function requireWhole(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new OptionError(option, `a whole number from ${least} to ${most}`, value)
}
