import type { Collection } from '@skein/memory/store'

/** A record as its writer announced it. */
export interface Put {
  readonly space: string
  readonly collection: Collection
  /** Of an observation, whose id nobody knows before, the name that stands in its value. */
  readonly id: string
  /** JSON text; of an object its content; `null` to delete it. */
  readonly value: string | null
}

/** What a writing process says: what it is about to write, all of it or nothing, and that it was acknowledged. */
export type Announcement = { readonly write: number; readonly puts: readonly Put[] } | { readonly acknowledged: number }

/** What must and what may be in a store after some announcements, of which the last ones may have come to nothing. */
export class Expectation {
  /** The values that each record may have had, in order: the first one under version 1. */
  readonly #values = new Map<string, (string | null)[]>()
  readonly #writes = new Map<number, { readonly key: string; readonly version: number }[]>()
  readonly #acknowledged = new Set<number>()

  constructor(announcements: Iterable<Announcement>) {
    for (const announcement of announcements) this.#add(announcement)
  }

  #add(announcement: Announcement): void {
    if ('acknowledged' in announcement) {
      this.#acknowledged.add(announcement.acknowledged)
      return
    }
    const records = announcement.puts.map((put) => {
      const key = keyOf(put)
      const values = this.#values.get(key) ?? []
      this.#values.set(key, values)
      return { key, version: values.push(put.value) }
    })
    this.#writes.set(announcement.write, records)
  }

  /** What is wrong with a store that holds these records; deleted ones have the value `null`. */
  faultsOf(found: ReadonlyMap<string, FoundRecord>): string[] {
    const faults: string[] = []
    for (const [key, { version, value }] of found) {
      if (this.#values.get(key)?.[version - 1] !== value) faults.push(`never written: ${key}, version ${version}`)
    }
    for (const [write, records] of this.#writes) {
      const missing = records.filter(({ key, version }) => (found.get(key)?.version ?? 0) < version)
      const [first] = missing
      if (!first) continue
      const name = `write ${write} (${first.key}, version ${first.version})`
      if (this.#acknowledged.has(write)) faults.push(`lost: ${name}`)
      if (missing.length < records.length) faults.push(`half there: ${name}`)
    }
    return faults
  }
}

/** A record as it was found. */
export interface FoundRecord {
  readonly version: number
  readonly value: string | null
}

export function keyOf({ space, collection, id }: Omit<Put, 'value'>): string {
  return `${space}: ${collection}/${id}`
}
