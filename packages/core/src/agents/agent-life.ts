import type { Host, HostLife, HostStart, MakeHost } from '../machine/host.ts'
import type { Move } from '../owner/machine-move.ts'
import { AgentStoppedError } from '../messages/message-errors.ts'
import type { Restartable } from './restartable.ts'

/**
 * One life of an agent, from a start to the next failure: its host, and the
 * signal that aborts all work begun in it. After the end of the life, nothing
 * that its host or a late child reports reaches the agent.
 */
export class AgentLife implements HostLife {
  readonly owner: Restartable
  readonly host: Host
  #control: AbortController | undefined
  #endedBy: { readonly cause: unknown } | undefined

  constructor(owner: Restartable, makeHost: MakeHost, start: HostStart) {
    this.owner = owner
    this.host = makeHost(this, start)
  }

  /** Made when it is first read: most agents of a large flock never need one. */
  get signal(): AbortSignal {
    this.#control ??= new AbortController()
    if (this.#endedBy) this.#control.abort(this.#reason(this.#endedBy))
    return this.#control.signal
  }

  get hearsMoves(): boolean {
    return this.owner.hearsMoves
  }

  moved(move: Move): void {
    if (!this.#endedBy) this.owner.moved(move)
  }

  changed(): void {
    if (!this.#endedBy) this.owner.changed()
  }

  ended(output: unknown): void {
    if (!this.#endedBy) this.owner.end({ type: 'done', output })
  }

  failed(error: unknown): void {
    if (!this.#endedBy) this.owner.failed(error)
  }

  /**
   * Aborts all work that was begun in it. XState leaves invoked actors running when an action throws.
   *
   * @param cause - The error that it failed with, if it did.
   */
  end(cause: unknown): void {
    this.#endedBy = { cause }
    this.#control?.abort(this.#reason(this.#endedBy))
    this.host.stop()
  }

  #reason({ cause }: { readonly cause: unknown }): Error {
    return new AgentStoppedError(this.owner.id, cause === undefined ? undefined : { cause })
  }
}
