import type { Step } from '@skein/core/types'
import { ReadScope } from '@skein/memory/runtime'

type StepOptions = Parameters<Step<unknown, unknown>>[1]

/**
 * Makes a step for single inputs of one for batches: the first input of a batch starts its work, and all of them wait
 * for it. What each gets is as sensitive as everything that the batch has read.
 *
 * @param batches - Every input, once.
 */
export function inBatches<Input extends object, Output>(
  batches: readonly (readonly Input[])[],
  work: (batch: readonly Input[], options: StepOptions) => Promise<readonly Output[]>,
): Step<Input, Output> {
  const places = new Map(batches.flatMap((batch) => batch.map((input, index) => [input, { batch, index }] as const)))
  const begun = new Map<readonly Input[], { readonly scope: ReadScope; readonly outputs: Promise<readonly Output[]> }>()
  return async (input, options) => {
    const { batch, index } = places.get(input)!
    const known = begun.get(batch)
    const scope = known?.scope ?? new ReadScope({ lasts: true })
    const outputs = known?.outputs ?? work(batch, { ...options, scope })
    begun.set(batch, { scope, outputs })
    const output = (await outputs)[index] as Output
    options.scope.noteLabel(scope.label)
    return output
  }
}
