import { SkeinError } from '@skein/memory'

/** A file, a store or an argument can't be used as given. */
export class InputError extends SkeinError {
  readonly code = 'SKEIN_INPUT'
  /** The input as given. */
  readonly source: string

  /** @param problem - The rest of the sentence that begins with `source`, and the remedy. */
  constructor(source: string, problem: string, options?: ErrorOptions) {
    super(`${source} ${problem}`, options)
    this.source = source
  }
}
