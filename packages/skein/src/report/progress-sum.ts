import type { MapReduceProgress } from '@skein/core/types'

/** The progress of a report, over all its analysts. */
export interface ReportProgress {
  readonly notes: { readonly done: number; readonly total: number }
  readonly merges: { readonly done: number; readonly total: number }
  readonly analysts: { readonly done: number; readonly total: number }
}

/** Adds up the progress of several analysts. */
export class ProgressSum {
  readonly #listener: ((progress: ReportProgress) => void) | undefined
  readonly #analysts: number
  readonly #stages: Map<string, MapReduceProgress>[] = []
  #ended = 0

  constructor(analysts: number, listener: ((progress: ReportProgress) => void) | undefined) {
    this.#analysts = analysts
    this.#listener = listener
  }

  /** @returns a listener for the progress of one more analyst. */
  analyst(): (progress: MapReduceProgress) => void {
    const stages = new Map<string, MapReduceProgress>()
    this.#stages.push(stages)
    return (progress) => {
      stages.set(progress.stage, progress)
      this.#notify()
    }
  }

  /** Counts one analyst as done. */
  ended(): void {
    this.#ended += 1
    this.#notify()
  }

  #notify(): void {
    this.#listener?.({
      notes: this.#sum('map'),
      merges: this.#sum('reduce'),
      analysts: { done: this.#ended, total: this.#analysts },
    })
  }

  #sum(stage: string): { done: number; total: number } {
    const all = this.#stages.map((stages) => stages.get(stage)).filter((progress) => progress !== undefined)
    return { done: all.reduce((sum, { done }) => sum + done, 0), total: all.reduce((sum, { total }) => sum + total, 0) }
  }
}
