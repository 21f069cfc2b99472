import type { Collection, RecordPlace, Seq } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { unpackChanges } from '../records/feed-lines.ts'

/** Records that one command asks for, so that the server is not busy for long. */
const mostIds = 1_000
const feedPage = 500

/**
 * The position of the newest change of each record after a place. The list of a
 * collection tells it. Of a record that is not listed, as of a deleted one, the feed does,
 * all of which is read for that. Throws what the client throws.
 */
export async function newerChanges(
  client: RedisClient,
  base: string,
  places: readonly RecordPlace[],
): Promise<(Seq | undefined)[]> {
  const scores = await scoresOf(client, base, places)
  return Promise.all(
    places.map(async (place) => {
      const score = scores.get(place)
      if (score === undefined) return newestInFeed(client, base, place)
      return score > place.seq ? score : undefined
    }),
  )
}

async function scoresOf(
  client: RedisClient,
  base: string,
  places: readonly RecordPlace[],
): Promise<ReadonlyMap<RecordPlace, Seq>> {
  const found = new Map<RecordPlace, Seq>()
  const ask = async (collection: Collection, some: readonly RecordPlace[]): Promise<void> => {
    const scores = await client.zmscore(`${base}i:${collection}:*`, ...some.map(({ id }) => id))
    for (const [index, score] of scores.entries()) {
      if (score !== null) found.set(some[index] as RecordPlace, Number(score))
    }
  }
  const byCollection = Map.groupBy(places, ({ collection }) => collection)
  const asked: Promise<void>[] = []
  for (const [collection, all] of byCollection) {
    for (let from = 0; from < all.length; from += mostIds) asked.push(ask(collection, all.slice(from, from + mostIds)))
  }
  await Promise.all(asked)
  return found
}

async function newestInFeed(client: RedisClient, base: string, place: RecordPlace): Promise<Seq | undefined> {
  let newest: Seq | undefined
  let from = `(${place.seq}-0`
  for (;;) {
    const entries = await client.xrange(`${base}feed`, from, '+', 'COUNT', feedPage)
    for (const [id, [, lines = '']] of entries) {
      for (const { collection, id: name, seq } of unpackChanges(Number(id.slice(0, id.indexOf('-'))), lines)) {
        if (collection === place.collection && name === place.id && seq > place.seq) newest = seq
      }
      from = `(${id}`
    }
    if (entries.length < feedPage) return newest
  }
}
