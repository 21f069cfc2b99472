import { CorruptRecordError } from '@skein/memory'
import { liveRecord, matchesFilter } from '@skein/memory/store'
import type {
  Change,
  ChangePage,
  Collection,
  Commit,
  Mutation,
  RecordKey,
  RecordPage,
  RecordQuery,
  Seq,
  StoredRecord,
  Written,
} from '@skein/memory/store'

import { Gatherer } from './gatherer.ts'
import {
  allOf,
  indexName,
  isListedByAuthor,
  packContent,
  packMutation,
  resealedContent,
  unpackChanges,
  unpackRow,
} from './record-row.ts'
import type { UnpackedRow } from './record-row.ts'
import type { RedisClient } from './redis-client.ts'
import { Scripts } from './scripts.ts'
import { pageScript } from './page-script.ts'
import { sweepScript, writeScript } from './write-script.ts'

const scanSize = 500

/** What no record ever is at. */
const noVersion = -1

/** Ids and their places, in turns, and the rows. */
type Places = [places: string[], rows: (string | null)[]]

/** The keys of one space, through one connection. Throws what the client throws. */
export class RedisSpace {
  readonly base: string
  readonly #client: RedisClient
  readonly #writeScript: string
  readonly #scripts: Scripts
  readonly #reads = new Gatherer<readonly RecordKey[], readonly (string | null)[]>({
    ask: (asked) => this.#textsOf(asked),
    weightOf: (keys) => keys.length,
    maxWeight: 64,
  })
  readonly #writes = new Gatherer<readonly string[], string[]>({
    ask: (batches) => this.#apply(batches),
    weightOf: (said) => said.reduce((sum, { length }) => sum + length, 0),
    maxWeight: 8_192,
  })

  constructor(client: RedisClient, base: string, maxChanges: number) {
    this.#client = client
    this.#scripts = new Scripts(client)
    this.base = base
    this.#writeScript = writeScript(maxChanges)
  }

  async rows(keys: readonly RecordKey[]): Promise<(UnpackedRow | undefined)[]> {
    if (keys.length === 0) return []
    const texts = await this.#reads.ask(keys)
    return keys.map((key, index) => {
      const text = texts[index]
      return text === null || text === undefined ? undefined : unpackRow(key, text)
    })
  }

  /** The texts of all rows that were asked for together, with one command for each collection. */
  async #textsOf(asked: readonly (readonly RecordKey[])[]): Promise<(string | null)[][]> {
    const idsOf = new Map<Collection, string[]>()
    const places = asked.map((keys) =>
      keys.map(({ collection, id }) => {
        const ids = idsOf.get(collection) ?? []
        idsOf.set(collection, ids)
        return { collection, index: ids.push(id) - 1 }
      }),
    )
    const found = new Map(
      await Promise.all(
        [...idsOf].map(async ([collection, ids]) => {
          return [collection, await this.#client.hmget(`${this.base}r:${collection}`, ...ids)] as const
        }),
      ),
    )
    return places.map((keys) => keys.map(({ collection, index }) => found.get(collection)?.[index] ?? null))
  }

  /** All rows of a collection, some of them twice. Damaged ones are left out. */
  async *allRows(collection: Collection): AsyncGenerator<UnpackedRow[], void, undefined> {
    let cursor = '0'
    do {
      const [next, entries] = await this.#client.hscan(`${this.base}r:${collection}`, cursor, 'COUNT', scanSize)
      const rows: UnpackedRow[] = []
      for (let index = 0; index < entries.length; index += 2) {
        const row = intactRow({ collection, id: entries[index] ?? '' }, entries[index + 1] ?? '')
        if (row) rows.push(row)
      }
      yield rows
      cursor = next
    } while (cursor !== '0')
  }

  async write(batch: readonly Mutation[]): Promise<Commit> {
    // The script takes a batch to be what its mutations say it is.
    if (batch.length === 0) return { ok: true, written: [] }
    const said: string[] = []
    for (const [index, mutation] of batch.entries()) {
      const left = batch.length - index
      if (mutation.type !== 'reseal') {
        said.push(...packMutation(mutation, packContent(mutation), left))
        continue
      }
      const content = await this.#resealed(mutation)
      // Should that version come to be meanwhile, nobody would know what to put the seal around.
      const sure = content === undefined ? { ...mutation, ifVersion: noVersion } : mutation
      said.push(...packMutation(sure, content ?? '', left))
    }
    return commitOf(batch, await this.#writes.ask(said))
  }

  /** Each batch is an atom of its own; what they share is the way to the server. */
  #apply(batches: readonly (readonly string[])[]): Promise<string[][]> {
    return this.#scripts.run(this.#writeScript, [this.base, ...batches.flat()]) as Promise<string[][]>
  }

  /** A new seal goes around what the record says of itself at that version, which only the store knows. */
  async #resealed({ key, ifVersion, value }: Extract<Mutation, { type: 'reseal' }>): Promise<string | undefined> {
    const [row] = await this.rows([key])
    return row?.record.version === ifVersion ? resealedContent(row.record, value) : undefined
  }

  async query(query: RecordQuery, now: number): Promise<RecordPage> {
    const key = this.#indexFor(query)
    const isOldest = query.order === 'oldest'
    const { collection } = query
    const records: StoredRecord[] = []
    let position = query.after
    for (;;) {
      const count = Math.min(scanSize, Math.max(32, query.limit + 1))
      const from = position === undefined ? (isOldest ? '-inf' : '+inf') : `(${position}`
      const asked = [this.base, query.order, key, from, `${count}`, `${this.base}r:${collection}`]
      const [places, texts] = (await this.#scripts.run(pageScript, asked)) as Places
      for (const [index, text] of texts.entries()) {
        const id = places[2 * index] ?? ''
        position = Number(places[2 * index + 1])
        if (text === null) continue
        const row = intactRow({ collection, id }, text)
        const record = row && liveRecord(row, now)
        if (!record || !matchesFilter(record, query)) continue
        if (records.length === query.limit) return { records, next: records.at(-1)?.seq }
        records.push(record)
      }
      if (texts.length < count) return { records }
    }
  }

  /** The index that holds the fewest other records, as far as can be told without asking. */
  #indexFor({ collection, derivedFrom, task, tags, author }: RecordQuery): string {
    const index = (suffix: string): string => `${this.base}i:${collection}:${suffix}`
    if (derivedFrom !== undefined) return index(indexName('s', derivedFrom))
    if (task !== undefined) return index(indexName('t', task))
    if (tags?.[0] !== undefined) return index(indexName('g', tags[0]))
    if (author !== undefined && isListedByAuthor(collection)) return index(indexName('a', author))
    return index(allOf)
  }

  async changes(after: Seq, limit: number): Promise<ChangePage> {
    const feed = `${this.base}feed`
    const end = after + limit
    // The last of them may be in an entry that holds more. It is asked for first, when all before it are there
    // already, and the position last: what comes in between is then in the next page.
    const [next, entries, [first], [position, incarnation]] = await Promise.all([
      this.#client.xrange(feed, `(${end}-0`, '+', 'COUNT', 1),
      this.#client.xrange(feed, `(${after}-0`, `${end}-0`, 'COUNT', limit),
      this.#client.xrange(feed, '-', '+', 'COUNT', 1),
      this.#client.hmget(`${this.base}meta`, 'seq', 'incarnation'),
    ])
    const last = Number(position ?? 0)
    const begins = (first && changesOf(first)[0]?.seq) ?? last + 1
    return {
      // Of the first entry the reader may have had some already.
      changes: [...entries, ...next]
        .flatMap(changesOf)
        .filter(({ seq }) => seq > after)
        .slice(0, limit),
      last,
      trimmed: after < last && after + 1 < begins,
      incarnation: incarnation ?? undefined,
    }
  }

  async sweep(limit: number): Promise<number> {
    return (await this.#scripts.run(sweepScript, [this.base, `${limit}`])) as number
  }
}

/** What the script answered for a batch. @throws CorruptRecordError */
function commitOf(batch: readonly Mutation[], [outcome, ...rest]: readonly string[]): Commit {
  if (outcome === 'ok') return { ok: true, written: rest.map((text) => unpackWritten(text)) }
  const [place, reason, row = '', version] = rest
  const index = Number(place)
  const { key, guard } = batch[index] as Mutation
  if (outcome === 'damaged') {
    throw new CorruptRecordError('write', `The record ${key.collection}/${key.id} is damaged. Nothing was written.`)
  }
  if (reason === 'seal') return { ok: false, refusal: { index, reason, version: Number(version) } }
  const refusedKey = reason === 'guard' && guard ? guard.key : key
  const current = row === '' ? undefined : unpackRow(refusedKey, row).record
  return { ok: false, refusal: { index, reason: reason as 'version' | 'guard' | 'label', current } }
}

function unpackWritten(text: string): Written {
  const [version = 0, seq = 0, createdAt = 0, updatedAt = 0, expiresAt = 0] = text.split(' ').map(Number)
  return { version, seq, updatedAt, createdAt, expiresAt: expiresAt === 0 ? undefined : expiresAt }
}

/** A damaged row is left out of lists, with a warning. */
function intactRow(key: RecordKey, text: string): UnpackedRow | undefined {
  try {
    return unpackRow(key, text)
  } catch (error) {
    process.emitWarning(`${String(error)} Lists and searches leave it out.`, {
      type: 'SkeinWarning',
      code: 'SKEIN_CORRUPT',
    })
    return undefined
  }
}

/** What an entry of the feed, which is named by the position of its last change, tells of. */
function changesOf([id, [, lines = '']]: readonly [id: string, fields: readonly string[]]): Change[] {
  return unpackChanges(Number(id.slice(0, id.indexOf('-'))), lines)
}
