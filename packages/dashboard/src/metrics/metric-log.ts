import type { View } from '@skein/memory'

import type { MetricMark } from '../protocol/metric-mark.ts'
import { MetricReducer } from './metric-reducer.ts'

/** Marks that are kept; beyond that the oldest are dropped. */
const maxMarks = 200_000

/** Keeps the marks of the feed: reads it from the start once, then only what is new since the last call. */
export class MetricLog {
  readonly #view: View
  #reducer = new MetricReducer()
  #marks: MetricMark[] = []
  #seq = 0
  #incarnation: string | undefined
  #startsAt: number | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(view: View) {
    this.#view = view
  }

  /** When the oldest mark was made, Unix milliseconds; `undefined` without marks. */
  get startsAt(): number | undefined {
    return this.#startsAt
  }

  /** All marks up to now, in order. @throws StoreError */
  async marks(): Promise<readonly MetricMark[]> {
    const reading = this.#reading.then(() => this.#readNew())
    // The caller gets the error; the next reading starts again.
    this.#reading = reading.catch(() => {})
    await reading
    return this.#marks
  }

  async #readNew(): Promise<void> {
    for (;;) {
      const page = await this.#view.feed.read({
        after: this.#seq,
        limit: 1_000,
        collections: ['work', 'claims', 'escalations', 'ledger'],
        withRecords: true,
      })
      const isOtherIncarnation = this.#incarnation !== undefined && page.incarnation !== this.#incarnation
      this.#incarnation = page.incarnation
      if (isOtherIncarnation || page.last < this.#seq) {
        this.#reducer = new MetricReducer()
        this.#marks = []
        this.#seq = 0
        continue
      }
      const marks = page.entries.flatMap((entry) => this.#reducer.reduce(entry))
      this.#startsAt ??= marks[0]?.at
      this.#marks.push(...marks)
      if (this.#marks.length > maxMarks) {
        this.#marks = this.#marks.slice(-maxMarks)
        this.#startsAt = this.#marks[0]?.at
      }
      const isAtEnd = page.seq === this.#seq || page.seq >= page.last
      this.#seq = page.seq
      if (isAtEnd) return
    }
  }
}
