import { ReadScope } from '../space/read-scope.ts'
import type { StoredRecord } from '../store/record.ts'
import { joinLabels, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'

/**
 * What one attempt of a transaction has read: all that it writes is as sensitive. What surrounds it, such as an activity,
 * has read it too, whether or not the attempt succeeds.
 */
export class TransactionScope extends ReadScope {
  /** What surrounds the transaction does: else each one would make a second write, of what it has read. */
  override readonly flushesAudit: boolean = false
  readonly #outer: ReadScope | undefined

  /** @param label - Of what an earlier attempt has read. */
  constructor(outer: ReadScope | undefined, label: Label) {
    // Without an activity around it nobody asks what was derived from what; labels count anyway.
    super({ lasts: outer?.lasts ?? true, copies: outer?.copies ?? true })
    const { sensitivity, compartments } = joinLabels([label, outer?.label ?? publicLabel])
    super.noteLabel({ sensitivity, compartments })
    super.noteSources(outer?.sources ?? [])
    this.#outer = outer
  }

  override noteObject(record: StoredRecord): void {
    super.noteObject(record)
    this.#outer?.noteObject(record)
  }

  override noteRecord(record: StoredRecord): void {
    super.noteRecord(record)
    this.#outer?.noteRecord(record)
  }

  override noteSources(sources: readonly string[]): void {
    super.noteSources(sources)
    this.#outer?.noteSources(sources)
  }

  override noteLabel(label: Label): void {
    super.noteLabel(label)
    this.#outer?.noteLabel(label)
  }

  /** Bytes that an activity reads stay in place until it ends, not only until its transaction does. */
  override onEnd(release: () => void): void {
    if (this.#outer && !this.lasts) this.#outer.onEnd(release)
    else super.onEnd(release)
  }
}
