import { ModelCallError } from '@skein/core'
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider'

import type { StreamPart } from '../calls/language-model.ts'

/**
 * The stream of one caller. It shows the parts of the attempt that the caller itself makes while they arrive; an
 * answer that comes from elsewhere, as a whole. The last part waits until the answer counts.
 */
export class LiveParts {
  /** Resolves when the first part is there, or there will be none. */
  readonly begun: Promise<void>
  readonly stream: ReadableStream<LanguageModelV4StreamPart>
  readonly #begin: () => void
  #controller: ReadableStreamDefaultController<LanguageModelV4StreamPart> | undefined
  /** The attempt whose parts are shown, by its number. */
  #shown = 0
  #attempts = 0
  #isOpen = true

  /** @param onCancel - Called when the caller reads no further. */
  constructor(onCancel: (reason: unknown) => void) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.begun = promise
    this.#begin = resolve
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller
      },
      cancel: (reason) => {
        this.#isOpen = false
        onCancel(reason)
      },
    })
  }

  /** Begins an attempt. @returns what takes its parts. */
  attempt(): (part: StreamPart) => void {
    this.#attempts += 1
    const own = this.#attempts
    return (part) => {
      if (this.#shown === 0) this.#shown = own
      // What a first attempt has shown, a second can't take back. Parts of older versions differ in what is not read.
      if (this.#shown === own && part.type !== 'finish') this.#send(part as unknown as LanguageModelV4StreamPart)
    }
  }

  /** Ends the stream. @param parts - Of the whole answer. @param isOwn - Whether the last attempt of this caller made it. */
  end(parts: readonly LanguageModelV4StreamPart[], isOwn: boolean, model: string): void {
    if (this.#shown === 0) for (const part of parts) this.#send(part)
    else if (isOwn && this.#shown === this.#attempts) this.#send(parts.at(-1) as LanguageModelV4StreamPart)
    else this.#send({ type: 'error', error: new ModelCallError('SKEIN_MODEL_CUT', model) })
    this.#close()
  }

  /** Ends it with an error. @returns whether anything was shown: else nobody has the stream yet. */
  fail(error: unknown, isAborted: boolean): boolean {
    if (this.#shown === 0) return false
    if (!isAborted) this.#send({ type: 'error', error })
    else if (this.#isOpen) this.#controller?.error(error)
    this.#isOpen &&= !isAborted
    this.#close()
    return true
  }

  #send(part: LanguageModelV4StreamPart): void {
    if (this.#isOpen) this.#controller?.enqueue(part)
    this.#begin()
  }

  #close(): void {
    if (this.#isOpen) this.#controller?.close()
    this.#isOpen = false
    this.#begin()
  }
}
