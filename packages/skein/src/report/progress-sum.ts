import type { MapReduceProgress } from '@skein/core/types'

/** How far a report is, over all its analysts. */
export interface ReportProgress {
  readonly notes: { readonly done: number; readonly total: number }
  readonly merges: { readonly done: number; readonly total: number }
  readonly analysts: { readonly done: number; readonly total: number }
}

/** Adds up how far several analysts are. */
export class ProgressSum {
  readonly #listener: ((progress: ReportProgress) => void) | undefined
  readonly #analysts: number
  readonly #stages: Map<string, MapReduceProgress>[] = []
  #ended = 0

  constructor(analysts: number, listener: ((progress: ReportProgress) => void) | undefined) {
    this.#analysts = analysts
    this.#listener = listener
  }

  /** What one analyst reports to. */
  analyst(): (progress: MapReduceProgress) => void {
    const stages = new Map<string, MapReduceProgress>()
    this.#stages.push(stages)
    return (progress) => {
      stages.set(progress.stage, progress)
      this.#tell()
    }
  }

  ended(): void {
    this.#ended += 1
    this.#tell()
  }

  #tell(): void {
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
