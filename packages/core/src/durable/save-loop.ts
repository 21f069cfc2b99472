import { AsyncResource } from 'node:async_hooks'

/** Belongs to nobody: a save stores, and sends, what several pieces of work have led to. */
const nobody = new AsyncResource('skein.save')

/**
 * Decides when a changing state is saved: soon after each change, one save at a
 * time. Changes during a save go into the next one together.
 */
export class SaveLoop {
  readonly #save: () => Promise<boolean>
  /** Changes so far; the first state counts as one. */
  #changes = 1
  /** How many of them are saved. */
  #saved = 0
  #isRunning = false
  #waiting: { readonly change: number; resolve(): void; reject(error: unknown): void }[] = []
  #error: unknown

  /** @param save - Saves the current state; resolves to whether it did. If not, it is called again at once. */
  constructor(save: () => Promise<boolean>) {
    this.#save = save
  }

  /** Whether all changes are saved. */
  get isDone(): boolean {
    return this.#saved >= this.#changes
  }

  /** Why it saves no more. */
  get error(): unknown {
    return this.#error
  }

  changed(): void {
    this.#changes += 1
    this.start()
  }

  /** Saves what is not saved yet. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    void nobody.runInAsyncScope(() => this.#run())
  }

  /** Resolves when the current state is saved. @throws the error that it was stopped with */
  saved(): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error as Error)
    if (this.isDone) return Promise.resolve()
    return new Promise((resolve, reject) => this.#waiting.push({ change: this.#changes, resolve, reject }))
  }

  /** Counts all changes so far as saved. */
  skip(): void {
    this.#settle(this.#changes)
  }

  /** Saves no more; everyone who waits gets the error. */
  stop(error: unknown): void {
    this.#error = error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  async #run(): Promise<void> {
    // After the current transition, and the messages that follow it at once.
    await Promise.resolve()
    while (!this.isDone && this.#error === undefined) {
      const change = this.#changes
      if (await this.#save()) this.#settle(change)
    }
    // At once, not when this promise settles: a change in between would not be saved.
    this.#isRunning = false
  }

  #settle(saved: number): void {
    this.#saved = saved
    const done = this.#waiting.filter(({ change }) => change <= saved)
    this.#waiting = this.#waiting.filter(({ change }) => change > saved)
    for (const { resolve } of done) resolve()
  }
}
