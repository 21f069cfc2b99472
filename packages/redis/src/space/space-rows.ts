import type { Collection, RecordKey } from '@skein/memory/store'

import { Batcher } from '../connection/batcher.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { unpackRow } from '../records/record-row.ts'
import type { UnpackedRow } from '../records/record-row.ts'
import { intactRow } from './intact-row.ts'
import { scanHash } from './scan.ts'
import { rowsKey } from './space-keys.ts'

const scanSize = 500
/** Rows that one command asks for, so that the server is not busy for long. */
const mostIds = 10_000

/** Reads the rows of a space. Throws what the client throws. */
export class SpaceRows {
  readonly #client: RedisClient
  readonly #base: string
  readonly #reads = new Batcher<readonly RecordKey[], readonly (string | null)[]>({
    send: (reads) => this.#texts(reads),
    weightOf: (keys) => keys.length,
    maxWeight: 64,
  })

  constructor(client: RedisClient, base: string) {
    this.#client = client
    this.#base = base
  }

  /** The rows of some keys, in their order. @throws CorruptRecordError, StoreFormatError */
  async get(keys: readonly RecordKey[]): Promise<(UnpackedRow | undefined)[]> {
    if (keys.length === 0) return []
    const texts = await this.#reads.add(keys)
    return keys.map((key, index) => {
      const text = texts[index]
      return text === null || text === undefined ? undefined : unpackRow(key, text)
    })
  }

  /** All rows of a collection, some of them twice. Damaged ones are left out. */
  async *scan(collection: Collection): AsyncGenerator<UnpackedRow[], void, undefined> {
    for await (const entries of scanHash(this.#client, rowsKey(this.#base, collection), scanSize)) {
      yield entries.flatMap(([id, text]) => intactRow({ collection, id }, text) ?? [])
    }
  }

  /** Parted, because a call can't take any number of arguments. */
  async #textsOf(collection: Collection, ids: readonly string[]): Promise<(string | null)[]> {
    const key = rowsKey(this.#base, collection)
    if (ids.length <= mostIds) return this.#client.hmget(key, ...ids)
    const texts: (string | null)[] = []
    for (let from = 0; from < ids.length; from += mostIds) {
      for (const text of await this.#client.hmget(key, ...ids.slice(from, from + mostIds))) texts.push(text)
    }
    return texts
  }

  /** The texts of all rows of all reads, with one command for each collection, or several for very many. */
  async #texts(reads: readonly (readonly RecordKey[])[]): Promise<(string | null)[][]> {
    const idsOf = new Map<Collection, string[]>()
    const places = reads.map((keys) =>
      keys.map(({ collection, id }) => {
        const ids = idsOf.get(collection) ?? []
        idsOf.set(collection, ids)
        return { collection, index: ids.push(id) - 1 }
      }),
    )
    const textsOf = new Map(
      await Promise.all(
        [...idsOf].map(async ([collection, ids]) => {
          return [collection, await this.#textsOf(collection, ids)] as const
        }),
      ),
    )
    return places.map((keys) => keys.map(({ collection, index }) => textsOf.get(collection)?.[index] ?? null))
  }
}
