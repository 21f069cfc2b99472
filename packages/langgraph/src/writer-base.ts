import type { Head } from './thread-facts.ts'

/** A thread's namespace. */
interface Line {
  readonly thread: string
  readonly ns: string
}

/** A saver remembers this many of each; what it has forgotten counts as not chosen. */
const most = 10_000

/**
 * What the runs of one saver have begun with, which decides whether they may continue a thread. Nothing in a config
 * tells a fork that somebody wants from a run that another one has overtaken: both name an old checkpoint as the parent.
 * But a fork has loaded that checkpoint by its id, and a run has loaded the latest.
 */
export class WriterBase {
  readonly #chosen = new Set<string>()
  readonly #empty = new Set<string>()

  /** A checkpoint was loaded by its id. */
  chose({ thread, ns, id }: Line & { readonly id: string }): void {
    remember(this.#chosen, JSON.stringify([thread, ns, id]))
  }

  /** A run found that the thread has no checkpoint. */
  foundEmpty({ thread, ns }: Line): void {
    remember(this.#empty, JSON.stringify([thread, ns]))
  }

  /**
   * Whether a run may continue a thread that has a latest checkpoint.
   *
   * @param parent - Of the new checkpoint; `undefined` for a first one.
   * @param writer - This saver. A caller of its own may begin a thread again.
   */
  mayContinue({ thread, ns }: Line, parent: string | undefined, latest: Head, writer: string): boolean {
    if (parent === undefined) return latest.by === writer && !this.#empty.has(JSON.stringify([thread, ns]))
    return parent === latest.id || this.#chosen.has(JSON.stringify([thread, ns, parent]))
  }

  /** A run has continued the thread: the next fork has to choose again. */
  continued({ thread, ns }: Line, parent: string | undefined): void {
    if (parent !== undefined) this.#chosen.delete(JSON.stringify([thread, ns, parent]))
  }
}

function remember(names: Set<string>, name: string): void {
  names.delete(name)
  names.add(name)
  const [oldest] = names
  if (names.size > most && oldest !== undefined) names.delete(oldest)
}
