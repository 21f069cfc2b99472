import { SkeinError } from '@skein/memory'

/** The flock was closed. */
export class FlockClosedError extends SkeinError {
  readonly code = 'SKEIN_FLOCK_CLOSED'

  constructor() {
    super('The flock is closed. Create a new one.')
  }
}
