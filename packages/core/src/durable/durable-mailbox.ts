import { setTimeout as pause } from 'node:timers/promises'

import type { View } from '@skein/memory'
import type { Mail } from '@skein/memory/runtime'

import type { Message } from '../messages/message.ts'
import { warn } from '../base/warn.ts'

/** Mail that is fetched at once. */
const mailPage = 100
/** Pause before a failed fetch is tried again, in milliseconds. */
const retryMs = 200

/** Who gets the mail. */
export interface Recipient {
  /** Whether it takes mail still. */
  readonly isOpen: boolean
  /** Puts a message into the mailbox; tells whether there was room. */
  offer(message: Message): boolean
}

/**
 * Brings a durable agent the mail that waits for it in the memory, in the order
 * of posting: each once, and none is passed over.
 */
export class DurableMailbox {
  readonly #view: View
  readonly #recipient: Recipient
  /** Ids of mail that was brought. */
  readonly #ids = new WeakMap<Message, string>()
  /** The place in the order of posting up to which it was brought. */
  #broughtTo: number | undefined
  #fetching: Promise<void> | undefined
  #mayHaveMail = false
  /** Whether there was no room for all of it. */
  #isFull = false

  constructor(view: View, recipient: Recipient) {
    this.#view = view
    this.#recipient = recipient
  }

  /** Posts a message; resolves when it is stored. @throws ValueError, StoreError */
  async post(message: Message): Promise<void> {
    await this.#view.agents.post({ to: this.#view.principal.id, message })
    // Not brought from here: what was posted before goes before it.
    void this.fetch()
  }

  /** Brings what waits, as far as there is room. Never rejects. */
  fetch(): Promise<void> {
    this.#mayHaveMail = true
    this.#fetching ??= this.#fetchAll()
    return this.#fetching
  }

  /** The agent has taken a message, so there is room again; returns the id of the mail that it was, if it was one. */
  taken(message: Message): string | undefined {
    if (this.#isFull) void this.fetch()
    return this.#ids.get(message)
  }

  async #fetchAll(): Promise<void> {
    await Promise.resolve()
    while (this.#mayHaveMail && this.#recipient.isOpen) {
      this.#mayHaveMail = false
      try {
        const after = this.#broughtTo
        const mail = await this.#view.agents.mail({ limit: mailPage, ...(after !== undefined && { after }) })
        this.#isFull = !mail.every((one) => this.#bring(one))
        if (!this.#isFull && mail.length === mailPage) this.#mayHaveMail = true
      } catch (error) {
        warn(error)
        this.#mayHaveMail = true
        await pause(retryMs)
      }
    }
    // At once, not when this promise is settled: who asks in between must not be taken for heard.
    this.#fetching = undefined
  }

  /** Tells whether there was room. */
  #bring({ id, seq, message }: Mail): boolean {
    if (!this.#recipient.isOpen) return false
    this.#ids.set(message as Message, id)
    if (!this.#recipient.offer(message as Message)) return false
    this.#broughtTo = seq
    return true
  }
}
