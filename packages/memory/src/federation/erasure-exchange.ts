import { recordPages } from '../store/record-pages.ts'
import { isSealed } from '../values/sealed-text.ts'
import { decodeJson } from '../values/json.ts'
import type { Store } from '../store/store.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Content, ErasedName, ToldErasure } from './content.ts'
import { erasureSource, runningTag } from './erased.ts'
import type { Erased } from './erased.ts'
import type { FactExchange } from './fact-exchange.ts'
import type { FactReplica } from './fact-replica.ts'
import type { Marker } from './record-exchange.ts'

/** What an erasure's record says, as far as other nodes are told of it. */
type Said = Pick<ToldErasure, 'reason' | 'derived'> & {
  readonly state: 'running' | 'done'
  /** Where another node told of it: when it was asked for. */
  readonly at?: number | undefined
}

/** Carries out what another node has erased; resolves to whether it was new on this node. */
export type CarryOutTold = (told: ToldErasure, from: string) => Promise<boolean>

/** Other nodes hide so many records in one step. */
const namesAtOnce = 10_000
const pageSize = 500

/**
 * Tells other nodes what was erased, and has carried out what they tell. Only records that some node has shared are told
 * of: those have a marker or a replica, which says from then on that they were erased.
 */
export class ErasureExchange {
  readonly #store: Store
  readonly #facts: FactExchange
  readonly #carryOut: CarryOutTold

  constructor(store: Store, facts: FactExchange, carryOut: CarryOutTold) {
    this.#store = store
    this.#facts = facts
    this.#carryOut = carryOut
  }

  /**
   * The messages that report on an erasure, once it is complete; none where nothing of it was shared.
   *
   * @param again - Also tell what other nodes told, for a node that missed it.
   */
  async contentsOf(id: string, again: boolean): Promise<readonly Content[]> {
    const [record] = await this.#store.read([{ collection: 'erasures', id }])
    if (!record || isSealed(record.value)) return []
    const { state, reason, derived, at = record.createdAt } = decodeJson(record.value) as Said
    if (state !== 'done') return []
    const { author, sensitivity, compartments } = record
    const said = { kind: 'erasure', id, author, at, reason, derived, sensitivity, compartments } as const
    const names: ErasedName[] = []
    const query = { collection: 'federation', derivedFrom: erasureSource(id), limit: pageSize } as const
    for await (const page of recordPages(this.#store, query)) {
      names.push(...page.map((kept) => nameOf(kept, again)).filter((name) => name !== undefined))
    }
    const parts = Array.from({ length: Math.ceil(names.length / namesAtOnce) }, (_, n) => {
      return names.slice(n * namesAtOnce, (n + 1) * namesAtOnce)
    })
    return parts.map((part) => ({ ...said, names: part }))
  }

  /** Whether something is being erased at this moment. */
  async isRunning(): Promise<boolean> {
    const query = { collection: 'erasures', tags: [runningTag], order: 'newest', limit: pageSize } as const
    const { records } = await this.#store.query(query)
    // What is sealed for others they complete.
    return records.some(({ value }) => !isSealed(value))
  }

  /** Erases here what was erased on another node. @returns whether it was new on this node. */
  async take(told: ToldErasure, from: string): Promise<boolean> {
    // What agents of this node wrote gets its stamp first, which says whether it was written later.
    for (const [collection, key] of told.names) {
      if (collection === 'facts') await this.#facts.captureLocalWrite(key, undefined, true)
    }
    return this.#carryOut(told, from)
  }
}

/** The name of what a marker or a replica keeps, if other nodes are to be told. */
function nameOf({ id, value }: StoredRecord, again: boolean): ErasedName | undefined {
  if (isSealed(value)) return undefined
  const at = id.indexOf('/')
  const [collection, name] = [id.slice(0, at) as ErasedName[0], id.slice(at + 1)]
  const kept = decodeJson(value) as Marker & Partial<FactReplica> & { readonly erased?: Erased }
  if (kept.erased === undefined || (kept.erased.isTold && !again)) return undefined
  if (collection !== 'facts') return [collection, name]
  const { context = [], erased } = kept.state ?? {}
  return erased && context.length > 0 ? [collection, name, erased.ms, erased.count] : undefined
}
