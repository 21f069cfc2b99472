/** Measures how much of some room is taken, on the average since it was made. */
export class BusyMeter {
  readonly #room: () => number
  readonly #since = performance.now()
  #busy = 0
  #changedAt = this.#since
  /** Sum of all times that have passed while somebody was busy, in milliseconds. */
  #busyMs = 0

  /** @param room - How many may be busy at once. */
  constructor(room: () => number) {
    this.#room = room
  }

  begin(): void {
    this.#change(1)
  }

  end(): void {
    this.#change(-1)
  }

  /** From 0, nobody was ever busy, to 1, all of the room was taken at all times. */
  get utilization(): number {
    this.#change(0)
    const passedMs = this.#changedAt - this.#since
    return passedMs > 0 ? this.#busyMs / (passedMs * this.#room()) : 0
  }

  #change(by: number): void {
    const now = performance.now()
    this.#busyMs += this.#busy * (now - this.#changedAt)
    this.#changedAt = now
    this.#busy += by
  }
}
