import type { View } from '@skein/memory'

import type { FigureMark } from './metric-mark.ts'
import { MarkMaker } from './metric-reducer.ts'

/** Marks that are kept; the oldest go first. */
const mostMarks = 200_000

/** What figures are made from, read from the feed once and kept up whenever somebody asks. */
export class FigureLog {
  readonly #view: View
  #maker = new MarkMaker()
  #marks: FigureMark[] = []
  #seq = 0
  #incarnation: string | undefined
  #startsAt: number | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(view: View) {
    this.#view = view
  }

  /** Since when the log tells, Unix milliseconds; nothing when nothing was told. */
  get startsAt(): number | undefined {
    return this.#startsAt
  }

  /** All marks up to now, in order. @throws StoreError */
  async marks(): Promise<readonly FigureMark[]> {
    const reading = this.#reading.then(() => this.#readOn())
    this.#reading = reading.catch(() => {})
    await reading
    return this.#marks
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const page = await this.#view.feed.read({
        after: this.#seq,
        limit: 1_000,
        collections: ['work', 'claims', 'escalations', 'ledger'],
        withRecords: true,
      })
      const isAnother = this.#incarnation !== undefined && page.incarnation !== this.#incarnation
      this.#incarnation = page.incarnation
      if (isAnother || page.last < this.#seq) {
        this.#maker = new MarkMaker()
        this.#marks = []
        this.#seq = 0
        continue
      }
      const marks = page.entries.flatMap((entry) => this.#maker.marksOf(entry))
      this.#startsAt ??= marks[0]?.at
      this.#marks.push(...marks)
      if (this.#marks.length > mostMarks) {
        this.#marks = this.#marks.slice(-mostMarks)
        this.#startsAt = this.#marks[0]?.at
      }
      if (page.seq === this.#seq || page.seq >= page.last) {
        this.#seq = page.seq
        return
      }
      this.#seq = page.seq
    }
  }
}
