import type { Memory, View } from '@skein/memory'
import type { AgentNews } from '@skein/memory/runtime'

/** News of all agents of the space, for whoever in a flock wants some: the feed is read once for all of them. */
export class AgentFeed {
  /** The view of the flock itself, which knows all agents. */
  readonly view: View
  readonly #listeners = new Set<AgentNews>()
  #stop: (() => void) | undefined

  constructor(memory: Memory) {
    this.view = memory.as({ id: 'flock', role: 'flock', rights: ['administer'] })
  }

  /**
   * Tells a listener from now on. Its `mayHaveMissed` is called once at the beginning.
   *
   * @returns how to stop it.
   */
  on(listener: AgentNews): () => void {
    this.#listeners.add(listener)
    if (this.#stop) queueMicrotask(() => listener.mayHaveMissed?.())
    else this.#stop = this.view.agents.follow(this.#tellAll())
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
    this.#stop?.()
  }

  #tellAll(): AgentNews {
    const all = this.#listeners
    return {
      mail: (to) => all.forEach((each) => each.mail?.(to)),
      forgotten: (agent) => all.forEach((each) => each.forgotten?.(agent)),
      created: (agent) => all.forEach((each) => each.created?.(agent)),
      released: (task) => all.forEach((each) => each.released?.(task)),
      hosts: () => all.forEach((each) => each.hosts?.()),
      mayHaveMissed: () => all.forEach((each) => each.mayHaveMissed?.()),
    }
  }
}
