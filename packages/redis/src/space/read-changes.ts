import type { Change, ChangePage, Seq } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { unpackChanges } from '../records/feed-lines.ts'

/** An entry of the feed. */
interface Entry {
  readonly changes: readonly Change[]
  /** The position of its first change. */
  readonly first: Seq
  /** The position of its last change. */
  readonly last: Seq
  /** Positions before a jump, from which this is the next entry. */
  readonly next: readonly Seq[]
}

/** Reads up to `limit` changes of a space after a position. Throws what the client throws. */
export async function readChanges(client: RedisClient, base: string, after: Seq, limit: number): Promise<ChangePage> {
  if (after === Number.MAX_SAFE_INTEGER) return readPosition(client, base)
  const feed = `${base}feed`
  const end = after + limit
  // Positions have no gaps, but where the server may have lost some. The last change may be in an entry that holds later
  // ones too. That entry is read first, when everything before it is there already, and the position last: what comes
  // in between is in the next page.
  const [beyond, within, { last, incarnation, start, before }] = await Promise.all([
    client.xrange(feed, `(${end}-0`, '+', 'COUNT', 1),
    client.xrange(feed, `(${after}-0`, `${end}-0`, 'COUNT', limit),
    positionOf(client, base),
  ])
  const entries = [...within, ...beyond].map(entryOf)
  const [first] = entries
  // Without entries: whoever was there before the positions jumped has all that there is.
  const isEnd = after >= last || (last === start && before.includes(after))
  const changes = contiguous(entries).flatMap((entry) => entry.changes)
  const isShort = changes.length < limit && beyond.length > 0
  const page = {
    // The reader may have some changes of the first entry already.
    changes: changes.filter(({ seq }) => seq > after).slice(0, limit),
    last,
    trimmed: first ? !follows(first, after) : !isEnd,
    incarnation,
  }
  const reached = page.changes.at(-1)?.seq
  if (!isShort || page.trimmed || reached === undefined || reached >= last) return page
  // Behind a jump there is more.
  const rest = await readChanges(client, base, reached, limit - page.changes.length)
  return rest.trimmed || rest.incarnation !== page.incarnation
    ? page
    : { ...page, changes: [...page.changes, ...rest.changes], last: rest.last }
}

/** The position of a feed, asked by one command: nothing that begins after the call comes before it. */
async function readPosition(client: RedisClient, base: string): Promise<ChangePage> {
  const { last, incarnation } = await positionOf(client, base)
  return { changes: [], last, trimmed: false, incarnation }
}

/** What `meta` says of the feed; see `lua/open-space.lua`. */
interface Position {
  readonly last: Seq
  readonly incarnation: string | undefined
  readonly start: Seq
  readonly before: readonly Seq[]
}

async function positionOf(client: RedisClient, base: string): Promise<Position> {
  const [text, before] = await client.hmget(`${base}meta`, 'seq', 'before')
  const [last = '0', , incarnation, start = '0'] = text?.split(' ') ?? []
  return { last: Number(last), incarnation, start: Number(start), before: positionsOf(before) }
}

/** Whether nothing lies between a position and an entry. */
function follows(entry: Entry, position: Seq): boolean {
  return entry.first <= position + 1 || entry.next.includes(position)
}

/** Entries up to the first one before which something is missing. */
function contiguous(entries: readonly Entry[]): readonly Entry[] {
  const hole = entries.findIndex((entry, index) => {
    const before = entries[index - 1]
    return before !== undefined && !follows(entry, before.last)
  })
  return hole < 0 ? entries : entries.slice(0, hole)
}

/** The id of an entry is the position of its last change. */
function entryOf([id, [, lines = '', , next]]: readonly [id: string, fields: readonly string[]]): Entry {
  const last = Number(id.slice(0, id.indexOf('-')))
  const changes = unpackChanges(last, lines)
  return { changes, first: last - changes.length + 1, last, next: positionsOf(next) }
}

function positionsOf(text: string | null | undefined): Seq[] {
  return text ? text.split(' ').map(Number) : []
}
