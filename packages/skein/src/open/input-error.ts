import { SkeinError } from '@skein/memory'

/** A file that was given can't be used. */
export class InputError extends SkeinError {
  readonly code = 'SKEIN_INPUT'
  /** The file as given. */
  readonly source: string

  constructor(source: string, problem: string, options?: ErrorOptions) {
    super(`${source} ${problem}`, options)
    this.source = source
  }
}
