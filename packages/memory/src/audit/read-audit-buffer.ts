import { covers, labelText } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import { unread } from '../cache/coherent-cache.ts'
import type { Entry } from '../cache/coherent-cache.ts'
import type { Collection } from '../store/collections.ts'

/** What a principal did that the feed does not tell of. */
export type NotedAction =
  | 'read'
  | 'list'
  | 'search'
  | 'watch'
  | 'write'
  | 'send'
  | 'declassify'
  | 'audit'
  | 'administer'

/** How it went. Nothing of a `refused` record was shown, nor that it is there. */
export type NotedOutcome = 'hit' | 'miss' | 'refused'

/** Equal actions of one principal on records of one collection and label, with how often each came. */
export interface NotedGroup extends Label {
  readonly agent: string
  readonly action: NotedAction
  readonly outcome: NotedOutcome
  readonly collection: Collection
  /** `''` stands for a list or search that found nothing. */
  readonly ids: readonly (readonly [id: string, count: number])[]
  /** Why it was refused, or where it was sent. */
  readonly reason?: string | undefined
}

/** What {@link ReadAuditBuffer.note} is told, beside the id. */
export type Noted = Omit<NotedGroup, 'ids'>

/** What is noted is handed on at the latest after this time … */
const flushMs = 100
/** … or when so many different things were noted, */
const mostNotes = 1_000
/** or so many copies read: more, since a cached read takes a thousandth of the time of any other. */
const mostCopies = 100_000

/** The slot of who has not read anything since the last flush. */
const noSlot = -2

/**
 * Notes what the principals of one thread read, and hands it on in batches.
 *
 * A hit in a cache has no time for more than a count: each entry holds that of
 * who read it last, by the slot that it got with its first read since the last
 * flush; when another one reads the entry, the count moves to a list of earlier
 * ones. Equal reads of a batch are one note with a count.
 */
export class ReadAuditBuffer {
  readonly #sink: (groups: readonly NotedGroup[]) => void
  readonly #groups = new Map<string, Noted & { readonly ids: Map<string, number> }>()
  readonly #dirty: Entry[] = []
  readonly #active: ReadAuditor[] = []
  #size = 0
  #timer: NodeJS.Timeout | undefined

  constructor(sink: (groups: readonly NotedGroup[]) => void) {
    this.#sink = sink
  }

  /** Opens a principal's line in this trail. */
  auditor(agent: string, audience: Audience): ReadAuditor {
    return new ReadAuditor(this, agent, audience)
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
    this.#schedule(this.#size >= mostNotes)
  }

  /** Counts a read for which the entry or the reader has no place yet. */
  countFirst(reading: ReadAuditor, entry: Entry): void {
    if (reading.slot === noSlot) reading.slot = this.#active.push(reading) - 1
    if (entry.lastReaderSlot === unread) this.#dirty.push(entry)
    else putAside(entry)
    entry.lastReaderSlot = reading.slot
    entry.readCount = 1
    this.#schedule(this.#dirty.length >= mostCopies)
  }

  #schedule(isFull: boolean): void {
    if (isFull) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), flushMs).unref()
  }

  /** Hands on what was noted. */
  flush(): void {
    // Collecting notes too: it must not come back here.
    this.#size = Number.NEGATIVE_INFINITY
    for (const entry of this.#dirty.splice(0)) this.#collect(entry)
    for (const reading of this.#active.splice(0)) reading.slot = noSlot
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

/** One principal's line in the trail of a thread. */
export class ReadAuditor {
  /** @internal */
  slot = noSlot
  readonly #buffer: ReadAuditBuffer
  readonly #agent: string
  readonly #audience: Audience

  constructor(trail: ReadAuditBuffer, agent: string, audience: Audience) {
    this.#buffer = trail
    this.#agent = agent
    this.#audience = audience
  }

  /** Counts a read of a cached entry, seen or not: which of the two is found out when the batch is made. */
  count(entry: Entry): void {
    if (entry.lastReaderSlot === this.slot) entry.readCount += 1
    else this.#buffer.countFirst(this, entry)
  }

  /** Notes that a record was looked for; the label tells whether it was seen. */
  note(action: NotedAction, collection: Collection, id: string, label: Label | undefined, count = 1): void {
    const outcome = label === undefined ? 'miss' : covers(this.#audience, label) ? 'hit' : 'refused'
    // What was asked for may tell as much as anything that the asker could see.
    const { level, compartments: own } = this.#audience
    const { sensitivity, compartments } = label ?? { sensitivity: level, compartments: own }
    this.#buffer.note({ agent: this.#agent, action, outcome, collection, sensitivity, compartments }, id, count)
  }

  /** Notes that something was shown whatever the clearance, by a right. */
  shown(action: NotedAction, collection: Collection, id: string, label: Label): void {
    const { sensitivity, compartments } = label
    this.#buffer.note({ agent: this.#agent, action, outcome: 'hit', collection, sensitivity, compartments }, id)
  }

  /** Notes that something went out of the memory, and where to. */
  sent(collection: Collection, id: string, to: string, label: Label): void {
    const { sensitivity, compartments } = label
    this.#buffer.note(
      { agent: this.#agent, action: 'send', outcome: 'hit', collection, sensitivity, compartments, reason: to },
      id,
    )
  }

  /** Notes that something was refused, and why. */
  refused(action: NotedAction, collection: Collection, id: string, reason: string, label: Label = nothing): void {
    const { sensitivity, compartments } = label
    this.#buffer.note(
      { agent: this.#agent, action, outcome: 'refused', collection, sensitivity, compartments, reason },
      id,
    )
  }

  /** Hands on what this thread noted. */
  flush(): void {
    this.#buffer.flush()
  }
}

/** Moves the count of who read an entry last to those of earlier readers. */
function putAside(entry: Entry): void {
  const reads = (entry.earlierReads ??= [])
  while (reads.length <= entry.lastReaderSlot) reads.push(0)
  reads[entry.lastReaderSlot] = (reads[entry.lastReaderSlot] as number) + entry.readCount
}

const nothing: Label = { sensitivity: 'public', compartments: [] }
