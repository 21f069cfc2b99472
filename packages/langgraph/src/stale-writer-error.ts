import { SkeinError } from '@skein/memory'

/**
 * Another run has continued or deleted the thread since this run loaded it. Nothing was saved. Run it again to
 * continue from the newest checkpoint.
 */
export class StaleWriterError extends SkeinError {
  readonly code = 'SKEIN_STALE_WRITER'
  readonly threadId: string
  readonly checkpointNs: string
  /** The checkpoint that this run continues; `undefined` if it found none. */
  readonly parent: string | undefined
  /** The latest checkpoint of the thread; `undefined` if the thread was deleted. */
  readonly latest: string | undefined

  constructor(threadId: string, checkpointNs: string, parent: string | undefined, latest: string | undefined) {
    const now = latest === undefined ? 'it was deleted' : `its latest checkpoint is ${latest}`
    super(
      `Thread "${threadId}" was changed by another writer: ${now}, but this run continues ${parent ?? 'an empty thread'}. ` +
        "Run it again. To fork the thread from a checkpoint, name that in the run's config.",
    )
    this.threadId = threadId
    this.checkpointNs = checkpointNs
    this.parent = parent
    this.latest = latest
  }
}
