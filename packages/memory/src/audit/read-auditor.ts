import type { Entry } from '../cache/coherent-cache.ts'
import type { Collection } from '../store/collections.ts'
import { covers } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import type { NotedAction } from './noted-reads.ts'
import { noSlot } from './read-audit-buffer.ts'
import type { ActiveReader, ReadAuditBuffer } from './read-audit-buffer.ts'

/** Records what one principal reads, into the buffer of its thread. */
export class ReadAuditor implements ActiveReader {
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

  /** Hands on what this thread has buffered. */
  flush(): void {
    this.#buffer.flush()
  }
}

const nothing: Label = { sensitivity: 'public', compartments: [] }
