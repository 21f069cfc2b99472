import { auditBatchOf } from '../audit/audit-log.ts'
import type { NotedAction, NotedOutcome } from '../audit/noted-reads.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import type { Change } from '../store/change.ts'
import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { recordPages } from '../store/record-pages.ts'
import { covers, joinLabels, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { requireFilter, requireIds, requireTimes } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** An action in the audit. */
export type AuditAction = NotedAction | 'delete'

/**
 * The outcome of an action.
 *
 * - `hit`: the record was shown or sent out; `miss`: there was none.
 * - `written`: the record was written or deleted.
 * - `refused`: the record was not shown, or not written. To the agent, a record that
 *   it may not read looked absent.
 */
export type AuditOutcome = NotedOutcome | 'written'

/** An action of an agent, or equal actions within a tenth of a second. */
export interface AuditEntry {
  /** Unix milliseconds. For reads, the time of their batch: at most 100 ms late. */
  readonly at: number
  readonly agent: string
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly collection: Collection
  /** `''` for a list or search that found nothing. */
  readonly id: string
  /** How often it happened. */
  readonly count: number
  /** The version that was written. */
  readonly version?: number
  /** Why it was refused or declassified, or where it was sent. */
  readonly reason?: string | undefined
  readonly sensitivity: Label['sensitivity']
  readonly compartments: readonly string[]
}

/** Filters of audit entries; an entry must match all of them. */
export interface AuditFilter {
  readonly agent?: string
  readonly action?: AuditAction
  readonly outcome?: AuditOutcome
  readonly collection?: Collection
  /** The record's id, for example a fact's key. */
  readonly id?: string
  /** At or after, Unix milliseconds; not a `Date`. */
  readonly since?: number
  /** Before, Unix milliseconds. */
  readonly until?: number
}

const filterKinds: OptionKinds<AuditFilter> = {
  agent: 'any',
  action: 'string',
  outcome: 'string',
  collection: 'string',
  id: 'any',
  since: 'any',
  until: 'any',
}

/** Content that leaves the memory, for example to a model. */
export interface OutboundDisclosure {
  /** The recipient: a name that contains no secrets. */
  readonly to: string
  /** The key of the work that sends it, as passed to `once`. */
  readonly work: string
  /** Ids of the objects that it was derived from. */
  readonly objects: readonly string[]
  /** Its sensitivity and compartments. */
  readonly label: Label
  /** Why it was not sent; absent when it was. */
  readonly refused?: string
}

const pageSize = 1_000

/**
 * Who read and wrote what, for principals with the right `audit`, as far as their
 * clearance covers the records.
 *
 * Writes come from the feed, which the store extends in the same atom, so they go back
 * as far as the feed does. Reads and refusals are not in the feed; they are written in
 * batches and kept for `auditKeepMs`.
 */
export class Audit {
  readonly #space: Space
  readonly #actor: Actor

  /** @internal */
  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  /**
   * Yields entries, oldest first.
   *
   * @throws OptionError; AccessError without the right `audit`; StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * await ann.facts.set('salary', 100, { ttlMs: 60_000 })
   * await ann.facts.get('salary')
   * await ann.facts.get('bonus')
   *
   * const auditor = memory.as({ id: 'eve', role: 'auditor', rights: ['audit'] })
   * const seen: string[] = []
   * for await (const { action, outcome, id } of auditor.audit.entries({ agent: 'ann' })) seen.push(`${action} ${id}: ${outcome}`)
   * seen // => ['write salary: written', 'read salary: hit', 'read bonus: miss']
   * await memory.close()
   * ```
   */
  async *entries(filter: AuditFilter = {}): AsyncGenerator<AuditEntry, void, undefined> {
    requireOptions('audit.entries', filter, filterKinds)
    this.#space.assertOpen()
    this.#actor.requireRight('audit', 'audit', { collection: 'audit', id: '' })
    const { agent, id, action, outcome, since, until } = filter
    requireFilter({ agent })
    if (id !== undefined) requireIds('id', [id])
    requireTimes({ since, until })
    await this.#space.auditSettled()
    // A source that the filter excludes entirely is not read.
    const isNoted = outcome !== 'written' && action !== 'delete'
    const isWritten = (outcome ?? 'written') === 'written' && [undefined, 'write', 'delete'].includes(action)
    const written = isWritten ? this.#written() : nothing()
    for await (const entry of inTimeOrder(written, isNoted ? this.#noted(filter) : nothing())) {
      if (!matches(entry, filter) || !covers(this.#actor.audience, entry)) continue
      this.#actor.used(entry)
      yield entry
    }
  }

  /**
   * Records that content leaves the memory, or was kept from leaving. For runtimes: the
   * audit then shows what agents disclose, with the work, the objects read for it, and
   * the recipient (`reason`).
   */
  noteDisclosure({ to, work, objects, label: stated, refused }: OutboundDisclosure): void {
    const { readAuditor: reading, scope } = this.#actor
    if (!reading) return
    const label = joinLabels([stated, scope?.label ?? publicLabel])
    const records = [
      { collection: 'work', id: work } as const,
      ...objects.map((id) => ({ collection: 'objects', id }) as const),
    ]
    for (const { collection, id } of records) {
      if (refused === undefined) reading.sent(collection, id, to, label)
      else reading.refused('send', collection, id, refused, label)
    }
  }

  /**
   * The same entries as lines of JSON, to pipe into a file.
   *
   * @throws as `entries`
   */
  async *jsonLines(filter: AuditFilter = {}): AsyncGenerator<string, void, undefined> {
    for await (const entry of this.entries(filter)) yield `${JSON.stringify(entry)}\n`
  }

  async *#written(): AsyncGenerator<AuditEntry, void, undefined> {
    for (let position = 0; ;) {
      const { changes } = await this.#actor.unseen.changes(position, pageSize)
      for (const change of changes) if (hasTrait(change.collection, 'shown')) yield toEntry(change)
      position = changes.at(-1)?.seq ?? position
      if (changes.length < pageSize) return
    }
  }

  async *#noted({ agent, since }: AuditFilter): AsyncGenerator<AuditEntry, void, undefined> {
    const tags = agent === undefined ? undefined : [agent]
    const query = { collection: 'audit', limit: pageSize, since, tags } as const
    for await (const records of recordPages(this.#actor.unseen, query)) {
      for (const { value } of records) {
        const { at, groups } = auditBatchOf(value)
        for (const { ids, ...noted } of groups) for (const [id, count] of ids) yield { at, ...noted, id, count }
      }
    }
  }
}

async function* nothing(): AsyncGenerator<AuditEntry, void, undefined> {}

function toEntry({ at, author: agent, op, collection, id, version, sensitivity, compartments }: Change): AuditEntry {
  const action = op === 'set' ? 'write' : 'delete'
  return { at, agent, action, outcome: 'written', collection, id, count: 1, version, sensitivity, compartments }
}

function matches(entry: AuditEntry, { since, until, ...equal }: AuditFilter): boolean {
  const names = Object.keys(equal) as (keyof typeof equal)[]
  return (
    (since === undefined || entry.at >= since) &&
    (until === undefined || entry.at < until) &&
    names.every((name) => equal[name] === undefined || entry[name] === equal[name])
  )
}

async function* inTimeOrder(
  first: AsyncGenerator<AuditEntry>,
  second: AsyncGenerator<AuditEntry>,
): AsyncGenerator<AuditEntry, void, undefined> {
  try {
    let [a, b] = await Promise.all([first.next(), second.next()])
    while (!a.done || !b.done) {
      // A write precedes the batch of the reads that followed it.
      const isFirst = !a.done && (b.done || a.value.at <= b.value.at)
      yield (isFirst ? a.value : b.value) as AuditEntry
      if (isFirst) a = await first.next()
      else b = await second.next()
    }
  } finally {
    await Promise.all([first.return(undefined), second.return(undefined)])
  }
}
