import type { Semaphore } from './base/semaphore.ts'
import { MapReduceError } from './map-reduce-error.ts'
import type { MapFailure } from './map-reduce-error.ts'

/** How inputs are mapped. */
export interface MapLimits {
  /** How many steps run at once. */
  readonly slots: Semaphore
  readonly signal: AbortSignal | undefined
  /** `stop`: after a failure no step begins; running ones may end. */
  readonly onFailure: 'stop' | 'skip'
}

/**
 * Maps every input.
 *
 * @returns the results in the order of their inputs, `undefined` for those that failed, and why they did.
 * @throws MapReduceError when one fails and `onFailure` is `stop`; the signal's reason.
 */
export async function mapInputs<Input, Output>(
  inputs: readonly Input[],
  map: (input: Input) => Promise<Output>,
  { slots, signal, onFailure }: MapLimits,
): Promise<{ readonly made: readonly (Output | undefined)[]; readonly failures: readonly MapFailure[] }> {
  signal?.throwIfAborted()
  const failures: MapFailure[] = []
  const made = await Promise.all(
    inputs.map((input, index) =>
      slots.run(async (): Promise<Output | undefined> => {
        if (signal?.aborted || (failures.length > 0 && onFailure === 'stop')) return undefined
        try {
          return await map(input)
        } catch (error) {
          failures.push({ index, error })
          return undefined
        }
      }),
    ),
  )
  signal?.throwIfAborted()
  failures.sort((a, b) => a.index - b.index)
  if (failures.length > 0 && onFailure === 'stop') throw new MapReduceError(failures, inputs.length)
  return { made, failures }
}
