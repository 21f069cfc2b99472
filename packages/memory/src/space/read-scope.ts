import { hasTrait } from '../store/collections.ts'
import type { StoredRecord } from '../store/record.ts'
import { hiddenSource, isObjectId, sourceName, subjectsOf, subjectSource } from '../store/source-name.ts'
import { covers, joinLabels, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of {@link ReadScope}. */
export interface ReadScopeOptions {
  /**
   * Whether the scope lasts for longer than one piece of work, such as an agent's. Then it only keeps the label:
   * no list of objects, which would grow for ever, and no bytes in place.
   *
   * @defaultValue false
   */
  readonly lasts?: boolean
  /**
   * Whether bytes that are read are copies, for code that may keep them for longer than the scope lasts. Else they stay
   * in place until the scope ends.
   *
   * @defaultValue false; true of a scope that lasts
   */
  readonly copies?: boolean
}

/** Records, beside objects, that are noted one by one: what is derived from more is found by its subjects alone. */
const mostOthers = 1_000

const kinds: OptionKinds<ReadScopeOptions> = { lasts: 'boolean', copies: 'boolean' }

/**
 * What some code has read, recorded by its runtime while it runs: of an activity, until it ends.
 *
 * Everything written in the scope counts as derived from everything read in it, and is
 * at least as sensitive. The code need not declare that and can't avoid it. Bytes
 * read in a scope stay in place until it ends, unless it hands out copies.
 */
export class ReadScope implements Disposable {
  readonly lasts: boolean
  /** Whether bytes are handed out as copies. */
  readonly copies: boolean
  /** Whether what was read is written to the audit when the scope ends: its thread may not reach a timer before its next task. */
  readonly flushesAudit: boolean = true
  readonly #objects = new Set<string>()
  /** Names of records that are not shown as sources, and subjects. */
  readonly #others = new Set<string>()
  readonly #releases: (() => void)[] = []
  #label: Label = publicLabel

  constructor(options?: ReadScopeOptions) {
    const { lasts = false, copies = lasts } = requireOptions('ReadScope', options, kinds)
    this.lasts = lasts
    this.copies = copies
  }

  /** Ids of the objects read so far. */
  get objects(): readonly string[] {
    return [...this.#objects]
  }

  /** What is written in the scope was derived from: objects, other records, and whom they are about. */
  get sources(): readonly string[] {
    return [...this.#objects, ...this.#others]
  }

  /** The label of everything read so far, taken together. */
  get label(): Label {
    return this.#label
  }

  /** Records that the content of an object was read. */
  noteObject(record: StoredRecord): void {
    if (!this.lasts) this.#objects.add(record.id)
    this.noteRecord(record)
  }

  /** Records that a record was read. */
  noteRecord(record: StoredRecord): void {
    this.noteLabel(record)
    if (this.lasts) return
    const { collection, derivedFrom } = record
    if (collection !== 'objects' && hasTrait(collection, 'derived') && this.#others.size < mostOthers) {
      this.#others.add(hiddenSource(sourceName(record)))
    }
    for (const subject of subjectsOf({ derivedFrom })) this.#others.add(subjectSource(subject))
  }

  /** Takes over what was read in another scope, which was part of this one. */
  noteSources(sources: readonly string[]): void {
    if (this.lasts) return
    for (const name of sources) (isObjectId(name) ? this.#objects : this.#others).add(name)
  }

  /** Records that something with this label was read. The scope's own label only rises. */
  noteLabel(label: Label): void {
    const { sensitivity: level, compartments } = this.#label
    if (!covers({ level, compartments }, label)) this.#label = joinLabels([this.#label, label])
  }

  /** Calls back when the scope ends. */
  onEnd(release: () => void): void {
    this.#releases.push(release)
  }

  [Symbol.dispose](): void {
    for (const release of this.#releases.splice(0)) release()
  }
}
