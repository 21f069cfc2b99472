import type { Entry } from '../cache/coherent-cache.ts'
import type { Collection } from '../store/collections.ts'
import { covers, joinLabels } from '../values/access.ts'
import type { Audience, Label } from '../values/access.ts'
import type { NotedAction } from './noted-reads.ts'
import { noSlot } from './read-audit-buffer.ts'
import type { ActiveReader, ReadAuditBuffer } from './read-audit-buffer.ts'

/** Records one principal's reads in the buffer of its thread. */
export class ReadAuditor implements ActiveReader {
  slot: number = noSlot
  readonly #buffer: ReadAuditBuffer
  readonly #agent: string
  readonly #audience: Audience

  constructor(buffer: ReadAuditBuffer, agent: string, audience: Audience) {
    this.#buffer = buffer
    this.#agent = agent
    this.#audience = audience
  }

  /** Counts a read of a cached entry. The flush determines whether the clearance covered it. */
  count(entry: Entry): void {
    if (entry.lastReaderSlot === this.slot) entry.readCount += 1
    else this.#buffer.countFirst(this, entry)
  }

  /** Notes that a record was requested. The label decides whether it was seen; `undefined` means that it was absent. */
  note(action: NotedAction, collection: Collection, id: string, label: Label | undefined, count = 1): void {
    const outcome = label === undefined ? 'miss' : covers(this.#audience, label) ? 'hit' : 'refused'
    // The id of an absent record may reveal anything that the principal can see.
    const { level, compartments: own } = this.#audience
    const { sensitivity, compartments } = label ?? { sensitivity: level, compartments: own }
    this.#buffer.note({ agent: this.#agent, action, outcome, collection, sensitivity, compartments }, id, count)
  }

  /** Notes that a record was shown because of a right, regardless of the clearance. */
  shown(action: NotedAction, collection: Collection, id: string, label: Label): void {
    const { sensitivity, compartments } = label
    this.#buffer.note({ agent: this.#agent, action, outcome: 'hit', collection, sensitivity, compartments }, id)
  }

  /** Notes that a record was sent out of the memory, and where to. */
  sent(collection: Collection, id: string, to: string, label: Label): void {
    const { sensitivity, compartments } = label
    this.#buffer.note(
      { agent: this.#agent, action: 'send', outcome: 'hit', collection, sensitivity, compartments, reason: to },
      id,
    )
  }

  /** Notes that access was refused, and why. The id may reveal anything that the principal can see, and what the record is. */
  refused(action: NotedAction, collection: Collection, id: string, reason: string, label?: Label): void {
    const { level, compartments: own } = this.#audience
    const { sensitivity, compartments } = joinLabels([
      { sensitivity: level, compartments: own },
      ...(label ? [label] : []),
    ])
    this.#buffer.note(
      { agent: this.#agent, action, outcome: 'refused', collection, sensitivity, compartments, reason },
      id,
    )
  }

  /** Flushes the buffer of this thread. */
  flush(): void {
    this.#buffer.flush()
  }
}
