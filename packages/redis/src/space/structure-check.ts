import type { Collection, Corruption } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { byName } from '../records/index-names.ts'
import { listingOf } from '../records/record-row.ts'
import { scanKeys, scanSortedSet } from './scan.ts'
import { rowsKey } from './space-keys.ts'

/** A row that a sorted set must list. */
interface Listed {
  readonly id: string
  readonly text: string
  readonly member: string
  readonly score: number
}

type Findings = AsyncGenerator<Corruption, void, undefined>

/**
 * Finds what is missing around the rows of a space: indexes, the feed, `meta` and
 * `floors`. Others may write meanwhile. So whatever looks wrong is read once more: each
 * write is an atom, and a row that has not changed since was listed all the time.
 */
export class StructureCheck {
  readonly #client: RedisClient
  readonly #base: string
  /** Keys that were reported as a whole. */
  readonly #reported = new Set<string>()
  /** The newest position of a row. */
  #highest = 0
  /** The newest position in the feed. */
  #end = 0

  constructor(client: RedisClient, base: string) {
    this.#client = client
    this.#base = base
  }

  /** Looks for intact rows of a collection in everything that must list them. */
  async *rows(collection: Collection, rows: readonly (readonly [id: string, text: string])[]): Findings {
    const listed = new Map<string, Listed[]>()
    const add = (key: string, row: Listed): void => void listed.set(key, [...(listed.get(key) ?? []), row])
    for (const [id, text] of rows) {
      const { seq, expires, indexes } = listingOf(text)
      this.#highest = Math.max(this.#highest, seq)
      for (const suffix of indexes) {
        add(`i:${collection}:${suffix}`, { id, text, member: id, score: suffix === byName ? 0 : seq })
      }
      if (expires > 0) add('expires', { id, text, member: `${collection}\0${id}`, score: expires })
    }
    for (const [key, all] of listed) yield* this.ofKey(key, () => this.#unlisted(collection, key, all))
  }

  /** Looks at everything but the rows, after them. */
  async *rest(): Findings {
    for await (const key of scanKeys(this.#client, `${this.#base}i:*`)) {
      const name = key.slice(this.#base.length)
      yield* this.ofKey(name, () => this.#absent(name))
    }
    yield* this.ofKey('feed', () => this.#feed())
    yield* this.ofKey('meta', () => this.#meta())
  }

  /** Reports a key that holds another type of value than it should. Throws what the client throws otherwise. */
  async *ofKey(name: string, find: () => Findings): Findings {
    try {
      yield* find()
    } catch (error) {
      if (!String(error).includes('WRONGTYPE')) throw error
      yield* this.#once(name, 'Another program wrote a value of a different type under this key. Rename or delete it.')
    }
  }

  async *#unlisted(collection: Collection, name: string, all: readonly Listed[]): Findings {
    const key = this.#base + name
    const scores = await this.#client.zmscore(key, ...all.map(({ member }) => member))
    const doubtful = all.filter(({ score }, index) => !isScore(scores[index], score))
    if (doubtful.length === 0) return
    const now = await this.#client.hmget(rowsKey(this.#base, collection), ...doubtful.map(({ id }) => id))
    const missing = doubtful.filter(({ text }, index) => now[index] === text)
    if (missing.length > 0 && (await this.#client.exists(key)) === 0) {
      yield* this.#once(name, 'The key is missing, so lists omit the records that belong in it.')
      return
    }
    for (const { id, text } of missing) {
      const problem =
        name === 'expires'
          ? 'It expires, but the key `expires` does not list it, so nothing will remove it.'
          : `The index ${name} does not list it at its position, so lists omit it.`
      yield { kind: 'record', collection, id, problem, raw: text }
    }
  }

  /** Entries of an index without a row. */
  async *#absent(name: string): Findings {
    const [, collection = ''] = name.split(':')
    const rows = rowsKey(this.#base, collection as Collection)
    for await (const page of scanSortedSet(this.#client, this.#base + name)) {
      const found = await Promise.all(page.map(([id]) => this.#client.hexists(rows, id)))
      const doubtful = page.filter((_, index) => found[index] === 0)
      if (doubtful.length === 0) continue
      const scores = await this.#client.zmscore(this.#base + name, ...doubtful.map(([id]) => id))
      const missing = doubtful.filter(([, score], index) => isScore(scores[index], Number(score)))
      if (missing.length > 0 && (await this.#client.exists(rows)) === 0) {
        yield* this.#once(`r:${collection}`, 'The key is missing: all records of this collection are gone.')
        return
      }
      for (const [id] of missing) {
        const problem = `The index ${name} lists it, but the record is missing.`
        yield { kind: 'record', collection, id, problem, raw: '' }
      }
    }
  }

  async *#feed(): Findings {
    // In this order: positions only grow, and each is in the feed before anybody sees it.
    const [position] = await this.#client.hmget(`${this.#base}meta`, 'seq').catch(() => [undefined])
    const [seq = 0, start = 0] =
      /^(\d+)(?: \S+ \S+ (\d+))?/
        .exec(position ?? '')
        ?.slice(1)
        .map(Number) ?? []
    const [newest] = await this.#client.xrevrange(`${this.#base}feed`, '+', '-', 'COUNT', 1)
    this.#end = Number(newest?.[0].split('-')[0] ?? 0)
    // Where the positions jumped, no entry follows until something is written, and none may be before it.
    if (this.#end === 0 ? seq > (start || 0) : this.#end < this.#highest) {
      const last = Math.max(this.#highest, seq)
      yield { kind: 'feed', id: `${this.#end + 1}-${last}`, problem: 'The feed lacks the newest changes.', raw: '' }
    }
  }

  async *#meta(): Findings {
    const [position, fences] = await this.#client.hmget(`${this.#base}meta`, 'seq', 'fences')
    const seq = Number.parseInt(position ?? '', 10)
    if (!position) {
      if (this.#highest > 0 || this.#end > 0) {
        yield* this.#once(
          'meta',
          'The key or its position is missing. Opening the space for writing starts a new feed.',
        )
      }
    } else if (seq < this.#highest) {
      const problem = `The position is ${seq}, but a record was written at ${this.#highest}.`
      yield { kind: 'feed', id: `${seq + 1}-${this.#highest}`, problem, raw: position }
    }
    if (fences) yield* this.ofKey('floors', () => this.#floors())
  }

  async *#floors(): Findings {
    if ((await this.#client.hlen(`${this.#base}floors`)) > 0) return
    yield* this.#once(
      'floors',
      'The key is missing. Opening the space for writing starts a new feed with higher versions.',
    )
  }

  async *#once(id: string, problem: string): Findings {
    if (this.#reported.has(id)) return
    this.#reported.add(id)
    yield { kind: 'file', id, problem, raw: '' }
  }
}

function isScore(found: string | null | undefined, expected: number): boolean {
  return found !== null && found !== undefined && Number(found) === expected
}
