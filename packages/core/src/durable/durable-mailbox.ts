import { setTimeout as pause } from 'node:timers/promises'

import type { View } from '@skein/memory'
import { isOutage, warn } from '@skein/memory/runtime'
import type { Mail } from '@skein/memory/runtime'
import { publicLabel } from '@skein/memory/store'

import { labelOfMessage, withLabel, withSpan } from '../messages/message-label.ts'
import type { Message } from '../messages/message.ts'
import { traceOfMessage } from '../tracing/message-trace.ts'
import type { Receiver } from '../messages/receiver.ts'

/** Mail that an agent has taken. */
export type TakenMail = Pick<Mail, 'id' | 'version'>

/** Mail that is fetched at once. */
const pageSize = 100
/** Pause before a failed fetch is tried again, in milliseconds. */
const retryMs = 200

/**
 * Fetches the mail that waits in the memory for a durable agent, in the order of
 * posting: each message once, and none is skipped.
 */
export class DurableMailbox {
  readonly #view: View
  /** The agent's mailbox; absent before {@link open} and after {@link close}. */
  #receiver: Pick<Receiver, 'offer'> | undefined
  readonly #fetched = new WeakMap<Message, TakenMail>()
  /** Position, in the order of posting, up to which mail was fetched. */
  #fetchedTo: number | undefined
  #fetching: Promise<void> | undefined
  #mayHaveMail = false
  /** Whether there was no room for all of it. */
  #isFull = false

  constructor(view: View) {
    this.#view = view
  }

  /** Delivers to the agent's mailbox from now on. */
  open(receiver: Pick<Receiver, 'offer'>): void {
    this.#receiver = receiver
  }

  /** Delivers no more. */
  close(): void {
    this.#receiver = undefined
  }

  /** Posts a message; resolves when it is stored. @throws ValueError, StoreError */
  async post(message: Message): Promise<void> {
    const read = labelOfMessage(message) ?? publicLabel
    const trace = traceOfMessage(message)
    await this.#view.agents.post({ to: this.#view.principal.id, message, read, trace })
    // Not delivered from here: messages posted earlier come first.
    void this.fetch()
  }

  /** Fetches the mail that waits, as far as there is room. Never rejects. */
  fetch(): Promise<void> {
    this.#mayHaveMail = true
    this.#fetching ??= this.#fetchAll()
    return this.#fetching
  }

  /** The agent has taken a message, so there is room again; returns the mail, if it was any. */
  taken(message: Message): TakenMail | undefined {
    if (this.#isFull) void this.fetch()
    return this.mailOf(message)
  }

  /** The mail that a message came as, if it was any. */
  mailOf(message: Message): TakenMail | undefined {
    return this.#fetched.get(message)
  }

  async #fetchAll(): Promise<void> {
    await Promise.resolve()
    while (this.#mayHaveMail && this.#receiver) {
      this.#mayHaveMail = false
      try {
        const after = this.#fetchedTo
        const mail = await this.#view.agents.mail({ limit: pageSize, ...(after !== undefined && { after }) })
        this.#isFull = !mail.every((one) => this.#deliver(one))
        if (!this.#isFull && mail.length === pageSize) this.#mayHaveMail = true
      } catch (error) {
        if (!isOutage(error)) warn(error)
        this.#mayHaveMail = true
        await pause(retryMs)
      }
    }
    // At once, not when this promise settles: a fetch requested in between must start another run.
    this.#fetching = undefined
  }

  /** Returns whether there was room. */
  #deliver({ id, version, seq, message, label, trace }: Mail): boolean {
    const labelled = withSpan(withLabel(message as Message, label), trace)
    this.#fetched.set(labelled, { id, version })
    if (!this.#receiver?.offer(labelled)) return false
    this.#fetchedTo = seq
    return true
  }
}
