import type { Label } from '../values/access.ts'

/**
 * What one activity reads, recorded by the runtime while it runs.
 *
 * Everything written in the scope counts as derived from everything read in it, and is
 * at least as sensitive. The activity need not declare that and can't avoid it. Bytes
 * read in a scope stay in place until it ends.
 */
export class ReadScope implements Disposable {
  readonly #objects = new Map<string, Label>()
  readonly #labels: Label[] = []
  readonly #releases: (() => void)[] = []

  /** Ids of the objects read so far. */
  get objects(): readonly string[] {
    return [...this.#objects.keys()]
  }

  /** Labels of everything read so far, objects or not. */
  get labels(): readonly Label[] {
    return [...this.#objects.values(), ...this.#labels]
  }

  /** Records that an object was read. */
  noteObject(id: string, label: Label): void {
    this.#objects.set(id, label)
  }

  /** Records that a record of another kind was read. */
  noteLabel(label: Label): void {
    if (label.sensitivity !== 'public' || label.compartments.length > 0) this.#labels.push(label)
  }

  /** Calls back when the scope ends. */
  onEnd(release: () => void): void {
    this.#releases.push(release)
  }

  [Symbol.dispose](): void {
    for (const release of this.#releases.splice(0)) release()
  }
}
