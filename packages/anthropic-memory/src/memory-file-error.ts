import { SkeinError } from '@skein/memory'

/** A command was refused, and nothing was changed. The message tells the model what to do. */
export class MemoryFileError extends SkeinError {
  readonly code = 'SKEIN_MEMORY_FILE'
  readonly path: string
  /** The current content of the file if somebody else has changed it; the message quotes it. */
  readonly current: string | undefined

  constructor(path: string, message: string, current?: string) {
    super(current === undefined ? message : `${message} It holds now:\n${current}`)
    this.path = path
    this.current = current
  }
}
