import { queryWords } from '@skein/memory/store'
import type { Store, StoredRecord } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import { keyOf } from './announcements.ts'
import type { FoundRecord } from './announcements.ts'

/** What a database holds, by names as writers announce them, and where its parts contradict each other. */
export interface Found {
  readonly records: Map<string, FoundRecord>
  readonly faults: string[]
}

const everything = 1_000_000

/**
 * Opens a database as whoever comes after a crash does, reads all of some
 * spaces, and writes on.
 *
 * @param spaces - Their names; those that are not there are made.
 */
export async function findSpaces(path: string, spaces: readonly string[]): Promise<Found> {
  const found: Found = { records: new Map(), faults: [] }
  const driver = sqliteStore(path)
  try {
    await using stores = new AsyncDisposableStack()
    for (const space of spaces) {
      const store = stores.use(await driver.open(space, 'writer'))
      await readSpace(space, store, found)
      await writeOn(space, store, found)
    }
    const db = new Database(path, { readonly: true })
    const integrity = db.pragma('integrity_check', { simple: true })
    db.close()
    if (integrity !== 'ok') found.faults.push(`damaged: ${String(integrity)}`)
  } catch (error) {
    found.faults.push(`damaged: ${String(error)}`)
  }
  return found
}

/** Reads a whole space. The feed must have no gaps, tell of each record, and of none that is not there. */
export async function readSpace(space: string, store: Store, { records, faults }: Found): Promise<void> {
  const { changes, last } = await store.changes(0, everything)
  if (last !== changes.length || changes.some(({ seq }, index) => seq !== index + 1)) {
    faults.push(`damaged: the feed of ${space} has gaps`)
  }
  const newest = new Map(changes.map((change) => [`${change.collection}/${change.id}`, change]))
  const changed = changes.map(({ collection }) => collection)
  for (const collection of new Set([...changed, 'facts', 'observations', 'objects'] as const)) {
    const page = await store.query({ collection, order: 'oldest', limit: everything })
    for (const record of page.records) {
      const name = `${collection}/${record.id}`
      if (newest.get(name)?.seq !== record.seq) faults.push(`damaged: the feed does not tell of ${name}`)
      newest.delete(name)
      if (isAnnounced(record)) records.set(...(await asAnnounced(space, store, record)))
    }
    if (collection === 'observations') {
      // Each of them has the word.
      const { records: found } = await store.search({ collection, words: queryWords('geese'), limit: 1_000_000 })
      if (found.length !== page.records.length) faults.push(`damaged: a search in ${space} misses some`)
    }
  }
  for (const [name, change] of newest) {
    if (change.op === 'set') faults.push(`damaged: the feed tells of ${name}, which is not there`)
    else if (isAnnounced(change)) records.set(keyOf({ space, ...change }), { version: change.version, value: null })
  }
}

/** What was read is noted in the background: nobody announces that. */
function isAnnounced({ collection }: Pick<StoredRecord, 'collection'>): boolean {
  return collection !== 'audit'
}

async function asAnnounced(space: string, store: Store, record: StoredRecord): Promise<[string, FoundRecord]> {
  const { collection, version } = record
  let { id, value } = record
  if (collection === 'observations') id = (JSON.parse(value) as { name: string }).name
  if (collection === 'objects') value = String(Buffer.from((await store.objects.get(id)) ?? []))
  return [keyOf({ space, collection, id }), { version, value }]
}

async function writeOn(space: string, store: Store, { faults }: Found): Promise<void> {
  const key = { collection: 'alerts', id: 'afterwards' } as const
  const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  await store.write([{ type: 'set', key, value: '1', meta }])
  const [record] = await store.read([key])
  if (record?.value !== '1') faults.push(`damaged: ${space} takes no more writes`)
}
