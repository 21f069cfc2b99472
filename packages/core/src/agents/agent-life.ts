import type { Escalation, Principal, View } from '@skein/memory'

import type { Clock } from '../base/clock.ts'
import { AgentStoppedError } from '../errors.ts'
import type { BudgetScope } from '../models/budget.ts'
import type { Host, HostOwner, HostStart, MakeHost } from '../machine/host.ts'
import type { StatePersister } from '../owner/state-persister.ts'
import type { Message, Reply } from '../messages/message.ts'
import type { Owner } from '../owner/owner.ts'

/** The agent that a life belongs to. */
export interface Living {
  readonly principal: Principal
  readonly memory: View
  readonly clock: Clock
  readonly parts: { readonly persister?: StatePersister | undefined; readonly budget?: BudgetScope | undefined }
  changed(): void
  replied(reply: Reply): void
  ended(output: unknown): void
  failed(error: unknown): void
  tell(to: string, message: Message): void
  announce(escalation: Escalation): void
}

/**
 * One life of an agent, from a start to the next failure: what runs in it, and
 * the signal on which all hangs that it has begun. What comes after its end,
 * from a child that was late, reaches nobody.
 */
export class AgentLife implements HostOwner, Owner {
  readonly host: Host
  readonly #living: Living
  #control: AbortController | undefined
  #endedBy: { readonly cause: unknown } | undefined

  constructor(living: Living, makeHost: MakeHost, start: HostStart) {
    this.#living = living
    this.host = makeHost(this, start)
  }

  get id(): string {
    return this.#living.principal.id
  }

  get principal(): Principal {
    return this.#living.principal
  }

  get memory(): View {
    return this.#living.memory
  }

  get clock(): Clock {
    return this.#living.clock
  }

  get persister(): StatePersister | undefined {
    return this.#living.parts.persister
  }

  get budget(): BudgetScope | undefined {
    return this.#living.parts.budget
  }

  get signal(): AbortSignal {
    this.#control ??= new AbortController()
    if (this.#endedBy) this.#control.abort(this.#reason(this.#endedBy))
    return this.#control.signal
  }

  changed(): void {
    if (!this.#endedBy) this.#living.changed()
  }

  replied(reply: Reply): void {
    this.#living.replied(reply)
  }

  ended(output: unknown): void {
    if (!this.#endedBy) this.#living.ended(output)
  }

  failed(error: unknown): void {
    if (!this.#endedBy) this.#living.failed(error)
  }

  tell(to: string, message: Message): void {
    this.#living.tell(to, message)
  }

  announce(escalation: Escalation): void {
    this.#living.announce(escalation)
  }

  /**
   * Aborts all that it has begun. XState leaves what an actor invoked running when an action throws.
   *
   * @param cause - What it failed of, if it did.
   */
  end(cause: unknown): void {
    this.#endedBy = { cause }
    this.#control?.abort(this.#reason(this.#endedBy))
    this.host.stop()
  }

  #reason({ cause }: { readonly cause: unknown }): Error {
    return new AgentStoppedError(this.id, cause === undefined ? undefined : { cause })
  }
}
