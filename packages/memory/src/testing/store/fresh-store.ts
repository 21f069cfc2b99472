import { afterEach, beforeEach } from 'vitest'

import { queryWords } from '../../search/query-words.ts'
import { indexTerms } from '../../search/search-terms.ts'
import type { Mutation, SetMutation, Written } from '../../store/mutation.ts'
import type { RecordFilter } from '../../store/query.ts'
import type { RecordMeta, StoredRecord } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { Store } from '../../store/store.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

/** The metadata of a plain record. */
export const meta: RecordMeta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }

/** A write of one fact, with optional overrides. */
export function set(id: string, value: unknown, more: Partial<SetMutation> = {}): SetMutation {
  return { type: 'set', key: { collection: 'facts', id }, value: JSON.stringify(value), meta, ...more }
}

/** A write of one observation with its terms, with optional overrides. */
export function observe(id: string, text: string, more: Partial<RecordMeta> = {}): SetMutation {
  const key = { collection: 'observations', id } as const
  return { type: 'set', key, value: JSON.stringify(text), terms: indexTerms(text), meta: { ...meta, ...more } }
}

/** A space of a store on empty storage, new for each test of the surrounding block. */
export class FreshStore {
  driver!: StoreDriver
  store!: Store

  fact = async (id: string): Promise<StoredRecord | undefined> => {
    return (await this.store.read([{ collection: 'facts', id }]))[0]
  }

  /** Writes a batch that must not be refused. */
  write = async (...batch: Mutation[]): Promise<readonly Written[]> => {
    const commit = await this.store.write(batch)
    if (!commit.ok) throw new Error(`refused: ${commit.refusal.reason}`)
    return commit.written
  }

  /** Ids of the observations that a search finds, best first. */
  found = async (text: string, filter: Partial<RecordFilter> = {}, limit = 10): Promise<string[]> => {
    const query = { collection: 'observations', words: queryWords(text), limit, ...filter } as const
    return (await this.store.search(query)).records.map(({ id }) => id)
  }
}

/** Opens the store before each test of the surrounding block, and closes it afterwards. */
export function freshStore(options: StoreContractOptions): FreshStore {
  const fresh = new FreshStore()
  beforeEach(async () => {
    fresh.driver = await options.create()
    fresh.store = await fresh.driver.open('space', 'writer')
  })
  afterEach(() => fresh.store[Symbol.asyncDispose]())
  return fresh
}
