import { unread } from '../cache/coherent-cache.ts'
import type { Entry } from '../cache/coherent-cache.ts'
import type { Collection } from '../store/collections.ts'
import { labelText } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import type { Noted, NotedGroup } from './noted-reads.ts'

/** Notes are handed on after this time at the latest, */
const flushMs = 100
/** or when this many different ones are buffered, */
const maxNotes = 1_000
/** or this many cached entries were read: more, since a cached read costs a thousandth of any other. */
const maxEntries = 100_000

/** The slot of a reader that has read nothing since the last flush. */
export const noSlot: number = -2

/** A reader as the buffer needs it: a slot, and where its cached reads go when they are collected. */
export interface ActiveReader {
  slot: number
  note(action: 'read', collection: Collection, id: string, label: Label | undefined, count: number): void
}

/**
 * Buffers what the principals of one thread read, and hands it on in batches.
 *
 * A cache hit leaves time for no more than a count. Each entry counts the reads
 * of its last reader, which it knows by the slot that the reader got with its
 * first read since the last flush. When another reader comes, the count moves to
 * a list of earlier readers. Equal reads of a batch become one note with a count.
 */
export class ReadAuditBuffer {
  readonly #sink: (groups: readonly NotedGroup[]) => void
  readonly #groups = new Map<string, Noted & { readonly ids: Map<string, number> }>()
  readonly #dirty: Entry[] = []
  readonly #active: ActiveReader[] = []
  #size = 0
  #timer: NodeJS.Timeout | undefined

  constructor(sink: (groups: readonly NotedGroup[]) => void) {
    this.#sink = sink
  }

  note(noted: Noted, id: string, count = 1): void {
    const { agent, action, outcome, collection, sensitivity, compartments, reason = '' } = noted
    const label = compartments.length === 0 ? sensitivity : labelText({ level: sensitivity, compartments })
    const name = `${agent}\0${action}\0${outcome}\0${collection}\0${label}\0${reason}`
    let group = this.#groups.get(name)
    if (!group) {
      group = { agent, action, outcome, collection, sensitivity, compartments, reason: noted.reason, ids: new Map() }
      this.#groups.set(name, group)
    }
    const before = group.ids.get(id)
    group.ids.set(id, (before ?? 0) + count)
    if (before === undefined) this.#size += 1
    this.#schedule(this.#size >= maxNotes)
  }

  /** Counts a reader's first read of an entry since the last flush. */
  countFirst(reader: ActiveReader, entry: Entry): void {
    if (reader.slot === noSlot) reader.slot = this.#active.push(reader) - 1
    if (entry.lastReaderSlot === unread) this.#dirty.push(entry)
    else putAside(entry)
    entry.lastReaderSlot = reader.slot
    entry.readCount = 1
    this.#schedule(this.#dirty.length >= maxEntries)
  }

  #schedule(isFull: boolean): void {
    if (isFull) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), flushMs).unref()
  }

  /** Hands on what is buffered. */
  flush(): void {
    // Collecting makes notes too, which must not flush again.
    this.#size = Number.NEGATIVE_INFINITY
    for (const entry of this.#dirty.splice(0)) this.#collect(entry)
    for (const reader of this.#active.splice(0)) reader.slot = noSlot
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#size = 0
    const groups = Array.from(this.#groups.values(), ({ ids, ...noted }) => ({ ...noted, ids: [...ids] }))
    this.#groups.clear()
    if (groups.length > 0) this.#sink(groups)
  }

  #collect(entry: Entry): void {
    putAside(entry)
    const { key, record, earlierReads = [] } = entry
    for (const [slot, count] of earlierReads.entries()) {
      if (count > 0) this.#active[slot]?.note('read', key.collection, key.id, record, count)
    }
    entry.lastReaderSlot = unread
    entry.earlierReads = undefined
  }
}

/** Moves the count of an entry's last reader to the earlier readers. */
function putAside(entry: Entry): void {
  const reads = (entry.earlierReads ??= [])
  while (reads.length <= entry.lastReaderSlot) reads.push(0)
  reads[entry.lastReaderSlot] = (reads[entry.lastReaderSlot] as number) + entry.readCount
}
