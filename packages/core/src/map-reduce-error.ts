import { SkeinError } from '@skein/memory'

/** Parts of a map-reduce failed. The memory keeps the parts that succeeded, so a rerun computes only the others. */
export class MapReduceError extends SkeinError {
  readonly code = 'SKEIN_MAP_REDUCE'
  readonly failures: readonly MapFailure[]

  constructor(failures: readonly MapFailure[], total: number) {
    const first = failures[0]
    const why = first?.error instanceof Error ? first.error.message : String(first?.error)
    super(`${failures.length} of ${total} inputs failed; the first was inputs[${first?.index}]: ${why}`, {
      cause: first?.error,
    })
    this.failures = failures
  }
}

/** One input that could not be mapped. */
export interface MapFailure {
  /** Its index among the inputs. */
  readonly index: number
  readonly error: unknown
}
