import { auditBatchOf } from '../audit/audit-log.ts'
import type { NotedAction, NotedOutcome } from '../audit/noted-reads.ts'
import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import type { Change } from '../store/change.ts'
import { hasTrait } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { recordPages } from '../store/record-pages.ts'
import { covers } from '../values/access.ts'
import type { Label } from '../values/access.ts'

/** What was done. */
export type AuditAction = NotedAction | 'delete'

/**
 * How it went.
 *
 * - `hit`: the record was shown, or sent out; `miss`: there was none.
 * - `written`: the record was written or deleted.
 * - `refused`: it was not shown, or not written; to the agent a record that it
 *   may not read looked like none at all.
 */
export type AuditOutcome = NotedOutcome | 'written'

/** Something that an agent did, or equal things that it did within a tenth of a second. */
export interface AuditEntry {
  /** Unix milliseconds. For what was read, when its batch was made: at most 100 ms late. */
  readonly at: number
  readonly agent: string
  readonly action: AuditAction
  readonly outcome: AuditOutcome
  readonly collection: Collection
  /** `''` for a list or search that found nothing. */
  readonly id: string
  /** How often. */
  readonly count: number
  /** Of what was written. */
  readonly version?: number
  /** Why it was refused, or declassified; where it was sent. */
  readonly reason?: string | undefined
  readonly sensitivity: Label['sensitivity']
  readonly compartments: readonly string[]
}

/** Which entries to show; all given filters must hold. */
export interface AuditFilter {
  readonly agent?: string
  readonly action?: AuditAction
  readonly outcome?: AuditOutcome
  readonly collection?: Collection
  /** Of the record: a fact's key, for example. */
  readonly id?: string
  /** At or after, Unix milliseconds. */
  readonly since?: number
  /** Before, Unix milliseconds. */
  readonly until?: number
}

/** Something that goes out of the memory, to a model for example. */
export interface OutboundDisclosure {
  /** Where to: a name that tells no secrets. */
  readonly to: string
  /** The work for which it is sent, as `once` knows it. */
  readonly work: string
  /** Objects that it was made from. */
  readonly objects: readonly string[]
  /** How sensitive it is. */
  readonly label: Label
  /** Why it was not sent after all; left out when it was. */
  readonly refused?: string
}

const pageSize = 1_000

/**
 * Who read and wrote what, for principals with the right `audit`, as far as
 * their clearance covers the records that it is about.
 *
 * Writes are told by the feed, which the store extends in the same atom, so
 * they go back as far as the feed does. What the feed can't tell (reads,
 * refusals) is written in batches, and kept as long as the memory was told.
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
   * @throws AccessError without the right `audit`; StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'sales' })
   * await ann.facts.set('salary', 100, { ttlMs: 60_000 })
   * await ann.facts.get('salary')
   * await ann.facts.get('bonus')
   *
   * const auditor = memory.as({ id: 'eve', role: 'auditor', rights: ['audit'] })
   * const seen: string[] = []
   * for await (const { action, outcome, id } of auditor.audit.entries({ agent: 'ann' })) seen.push(`${action} ${id}: ${outcome}`)
   * seen // => ['write salary: written', 'read salary: hit', 'read bonus: miss']
   * ```
   */
  async *entries(filter: AuditFilter = {}): AsyncGenerator<AuditEntry, void, undefined> {
    this.#space.assertOpen()
    this.#actor.requireRight('audit', 'audit', { collection: 'audit', id: '' })
    await this.#space.auditSettled()
    const { action, outcome } = filter
    // What the filter leaves nothing of is not read.
    const isNoted = outcome !== 'written' && action !== 'delete'
    const isWritten = (outcome ?? 'written') === 'written' && [undefined, 'write', 'delete'].includes(action)
    const written = isWritten ? this.#written() : nothing()
    for await (const entry of inTimeOrder(written, isNoted ? this.#noted(filter) : nothing())) {
      if (matches(entry, filter) && covers(this.#actor.audience, entry)) yield entry
    }
  }

  /**
   * Notes that something goes out of the memory, or was kept from it. For
   * runtimes: what agents send away is to be seen in the audit, whose entries
   * name the work, the objects that were read for it, and where it went (`reason`).
   */
  noteDisclosure({ to, work, objects, label, refused }: OutboundDisclosure): void {
    const { readAuditor: reading } = this.#actor
    if (!reading) return
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
   * The same, each entry as a line of JSON, to be piped into a file.
   *
   * @throws as `entries`
   */
  async *jsonLines(filter: AuditFilter = {}): AsyncGenerator<string, void, undefined> {
    for await (const entry of this.entries(filter)) yield `${JSON.stringify(entry)}\n`
  }

  async *#written(): AsyncGenerator<AuditEntry, void, undefined> {
    for (let position = 0; ;) {
      const { changes } = await this.#space.store.changes(position, pageSize)
      for (const change of changes) if (hasTrait(change.collection, 'shown')) yield toEntry(change)
      position = changes.at(-1)?.seq ?? position
      if (changes.length < pageSize) return
    }
  }

  async *#noted({ agent, since }: AuditFilter): AsyncGenerator<AuditEntry, void, undefined> {
    const tags = agent === undefined ? undefined : [agent]
    const query = { collection: 'audit', limit: pageSize, since, tags } as const
    for await (const records of recordPages(this.#space.store, query)) {
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
      // What was written was written before the batch that tells of the reads after it.
      const isFirst = !a.done && (b.done || a.value.at <= b.value.at)
      yield (isFirst ? a.value : b.value) as AuditEntry
      if (isFirst) a = await first.next()
      else b = await second.next()
    }
  } finally {
    await Promise.all([first.return(undefined), second.return(undefined)])
  }
}
