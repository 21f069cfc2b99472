import { setTimeout as pause } from 'node:timers/promises'

import { FenceError, OutcomeUnknownError, ValueError } from '@skein/memory'
import type { Claim, View } from '@skein/memory'
import type { OutgoingMail } from '@skein/memory/runtime'

import type { StatePersister, PersistedWork, Outcome } from '../owner/state-persister.ts'
import type { Message } from '../messages/message.ts'
import { AgentLostError, NotDurableError } from '../errors.ts'
import { warn } from '../base/warn.ts'
import type { DurableDefinition } from './durable.ts'
import { saveOutcome } from './saved-form.ts'
import { DurableMailbox } from './durable-mailbox.ts'
import type { SavedForm } from './saved-form.ts'
import { workKeys } from './work-keys.ts'

/** The agent that is kept. */
export interface Kept {
  /** Where it goes on; `undefined` where it has to begin anew. */
  save(): unknown
  /** Puts a message into its mailbox; tells whether there was room. */
  offer(message: Message): boolean
  /** @param lastGood - Where it was well. */
  failed(error: unknown, lastGood: unknown): void
  end(outcome: Outcome): void
  readonly load: number
}

/** An agent that takes a message without its being stored. */
export interface VolatileAgent {
  /** @throws when it does not take it. */
  send(message: Message): void
}

interface Sent {
  readonly to: string
  readonly message: Message
}

/** What a persister works with. */
export interface PersisterParts {
  readonly view: View
  readonly definition: DurableDefinition
  readonly claim: Claim
  readonly input: unknown
  /** Of its record; 0 when there is none. */
  readonly version: number
  /** An agent of this flock whose mailbox is not durable. */
  readonly findVolatile: (id: string) => VolatileAgent | undefined
}

/** Pause before what the store failed at is tried again, in milliseconds. */
const retryMs = 200

/**
 * Keeps a durable agent in the memory, under its claim.
 *
 * Every save is one atom: the state, the removal of the mail that it has taken
 * in, and the mail that it has sent. So a process that dies between two saves
 * leaves everything as it was at the first: messages are taken in exactly once.
 * Changes that come while a save is under way go into the next one together.
 */
export class DurablePersister implements StatePersister {
  readonly #parts: PersisterParts
  #kept: Kept | undefined
  #changes = 1
  #saved = 0
  #isSaving = false
  /** Of the record as it was last stored. */
  #version: number
  #waiting: { readonly change: number; resolve(): void; reject(error: unknown): void }[] = []
  #taken: string[] = []
  #outgoing: Sent[] = []
  #workKeys: ReadonlySet<string> = new Set()
  /** Where it would go on after a crash. */
  #stored: unknown
  /** The last state, once the agent has ended. */
  #last: { readonly form: SavedForm; readonly status: 'active' | 'done' | 'failed' } | undefined
  #lost: unknown
  readonly #mailbox: DurableMailbox

  constructor(parts: PersisterParts) {
    this.#parts = parts
    this.#version = parts.version
    this.#mailbox = new DurableMailbox(parts.view, this)
    parts.claim.signal.addEventListener('abort', () => this.lose(), { once: true })
  }

  /** Begins to keep an agent: stores its first state. */
  attach(kept: Kept, saved: unknown): void {
    this.#kept = kept
    this.#workKeys = workKeys(saved)
    this.#stored = saved
    this.#begin()
  }

  changed(): void {
    this.#changes += 1
    this.#begin()
  }

  taken(message: Message): void {
    const id = this.#mailbox.taken(message)
    if (id === undefined) return
    this.#taken.push(id)
    this.changed()
  }

  stored(): Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost as Error)
    if (this.#saved >= this.#changes) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiting.push({ change: this.#changes, resolve, reject }))
  }

  post(to: string, message: Message): void {
    this.#outgoing.push({ to, message })
    this.changed()
  }

  receive(message: Message): Promise<void> | undefined {
    if (this.#parts.definition.durable.mailbox === 'volatile') return undefined
    return this.#mailbox.post(message)
  }

  workOf(key: string): PersistedWork {
    const { claim, definition } = this.#parts
    const { task, fence } = claim
    return { key: `agents/${key}`, leaseMs: definition.durable.leaseMs, claim: { task, fence } }
  }

  /** Brings the agent the mail that waits for it, as far as there is room. */
  fetch(): Promise<void> {
    return this.#mailbox.fetch()
  }

  get isOpen(): boolean {
    return !this.#last && this.#lost === undefined
  }

  offer(message: Message): boolean {
    return this.#kept?.offer(message) ?? false
  }

  async end(outcome: Outcome): Promise<void> {
    if (this.#lost !== undefined) return
    // As it is now: in a moment everything in it is stopped.
    this.#last = this.#lastForm(outcome)
    this.changed()
    await this.stored()
    await this.#parts.claim.release()
  }

  #begin(): void {
    if (this.#isSaving) return
    this.#isSaving = true
    void this.#saveAll()
  }

  async #saveAll(): Promise<void> {
    // After the transition that is under way, and the messages that follow it at once.
    await Promise.resolve()
    while (this.#saved < this.#changes && this.#lost === undefined) {
      const change = this.#changes
      const [taken, outgoing] = [this.#taken, this.#outgoing]
      this.#taken = []
      this.#outgoing = []
      try {
        await this.#save(taken, outgoing)
      } catch (error) {
        if (!(await this.#wasStored(error))) {
          this.#taken = [...taken, ...this.#taken]
          this.#outgoing = [...outgoing, ...this.#outgoing]
          await this.#mend(error)
          continue
        }
      }
      this.#saved = change
      this.#settle()
    }
    // At once, not when this promise is settled: a change in between would not be saved.
    this.#isSaving = false
  }

  async #save(taken: readonly string[], sent: readonly Sent[]): Promise<void> {
    const { view, definition, claim, findVolatile } = this.#parts
    const { form, status } = this.#last ?? { form: this.#form(this.#kept?.save()), status: 'active' as const }
    const keys = workKeys(form.saved)
    const finishedWork = [...this.#workKeys].filter((key) => !keys.has(key)).map((key) => this.workOf(key).key)
    const outgoing: OutgoingMail[] = sent.filter(({ to }) => !findVolatile(to))
    this.#version = await view.agents.save({
      definition: definition.durable.name,
      status,
      state: form,
      claim,
      ttlMs: status === 'active' ? undefined : definition.durable.keepEndedMs,
      taken,
      outgoing,
      finishedWork,
    })
    this.#workKeys = keys
    this.#stored = form.saved
    for (const { to, message } of sent) if (!outgoing.some((mail) => mail.message === message)) this.#send(to, message)
  }

  /** Whether a save of which nobody knows how it ended was stored: nobody else can have written the state meanwhile. */
  async #wasStored(error: unknown): Promise<boolean> {
    if (!(error instanceof OutcomeUnknownError)) return false
    while (this.#lost === undefined) {
      try {
        const version = (await this.#parts.view.agents.load())?.version ?? 0
        const isNewer = version > this.#version
        this.#version = version
        return isNewer
      } catch (second) {
        warn(second)
        await pause(retryMs)
      }
    }
    return false
  }

  #send(to: string, message: Message): void {
    try {
      this.#parts.findVolatile(to)?.send(message)
    } catch {
      // The one that refuses it has made a dead letter of it.
    }
  }

  #form(saved: unknown): SavedForm {
    const { definition, input } = this.#parts
    return {
      version: definition.durable.version,
      ...(input !== undefined && { input }),
      ...(saved !== undefined && { saved }),
    }
  }

  #lastForm(outcome: Outcome): { form: SavedForm; status: 'active' | 'done' | 'failed' } {
    if (outcome.type === 'stopped') return { form: this.#form(this.#kept?.save()), status: 'active' }
    return { form: { ...this.#form(undefined), outcome: saveOutcome(outcome) }, status: outcome.type }
  }

  async #mend(error: unknown): Promise<void> {
    if (error instanceof FenceError) return this.lose()
    const { id } = this.#parts.view.principal
    if (error instanceof ValueError && !this.#last) {
      const state = `What it keeps can't be stored: ${error.message} Keep plain JSON data in its context.`
      // What could not be stored is not where it goes on.
      this.#saved = this.#changes
      this.#settle()
      this.#kept?.failed(new NotDurableError(id, state, error), this.#stored)
      return
    }
    if (error instanceof ValueError) {
      this.#last = {
        form: { ...this.#form(undefined), outcome: saveOutcome({ type: 'failed', error }) },
        status: 'failed',
      }
      return
    }
    warn(error)
    await pause(retryMs)
  }

  lose(): void {
    if (this.#lost !== undefined || (this.#last && this.#saved >= this.#changes)) return
    this.#lost = new AgentLostError(this.#parts.view.principal.id)
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost)
    this.#kept?.end({ type: 'failed', error: this.#lost })
  }

  #settle(): void {
    const done = this.#waiting.filter(({ change }) => change <= this.#saved)
    this.#waiting = this.#waiting.filter(({ change }) => change > this.#saved)
    for (const { resolve } of done) resolve()
  }
}
