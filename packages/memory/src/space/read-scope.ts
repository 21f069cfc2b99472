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
}

const kinds: OptionKinds<ReadScopeOptions> = { lasts: 'boolean' }

/**
 * What some code has read, recorded by its runtime while it runs: of an activity, until it ends.
 *
 * Everything written in the scope counts as derived from everything read in it, and is
 * at least as sensitive. The code need not declare that and can't avoid it. Bytes
 * read in a scope stay in place until it ends.
 */
export class ReadScope implements Disposable {
  readonly lasts: boolean
  readonly #objects = new Set<string>()
  readonly #releases: (() => void)[] = []
  #label: Label = publicLabel

  constructor(options?: ReadScopeOptions) {
    const { lasts = false } = requireOptions('ReadScope', options, kinds)
    this.lasts = lasts
  }

  /** Ids of the objects read so far. */
  get objects(): readonly string[] {
    return [...this.#objects]
  }

  /** The label of everything read so far, taken together. */
  get label(): Label {
    return this.#label
  }

  /** Records that an object was read. */
  noteObject(id: string, label: Label): void {
    if (!this.lasts) this.#objects.add(id)
    this.noteLabel(label)
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
