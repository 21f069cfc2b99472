import { SkeinError } from '@skein/memory'

/** Plain XState started a machine that needs a flock. */
export class NoFlockError extends SkeinError {
  readonly code = 'SKEIN_NO_FLOCK'

  constructor(what: string) {
    super(`${what} works only in a machine that a flock runs. Start the machine with flock.spawn().`)
  }
}
