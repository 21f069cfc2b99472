import { SkeinError } from './errors.ts'

/** The requested past is not kept, or no longer. */
export class HistoryError extends SkeinError {
  readonly code = 'SKEIN_HISTORY'
  /** How far back it reaches, Unix milliseconds by the store's clock. */
  readonly reachesTo: number
  /** The time that was asked for, Unix milliseconds. */
  readonly asOf: number
  /** What was asked for, as `collection/id`; `undefined` for the whole memory. */
  readonly of: string | undefined

  /** @param of - What was asked for, as `collection/id`; absent for the whole memory. */
  constructor(asOf: number, reachesTo: number, of?: string) {
    super(
      `The history${of === undefined ? '' : ` of ${of}`} does not reach back to ${timeOf(asOf)}: it is kept from ` +
        `${timeOf(reachesTo)} on. Ask for a later time, or keep more with the option \`history\` of openMemory().`,
    )
    this.reachesTo = reachesTo
    this.asOf = asOf
    this.of = of
  }
}

/** A call tried to write through a view of the past. */
export class PastViewError extends SkeinError {
  readonly code = 'SKEIN_PAST_VIEW'
  /** The time that the view shows, Unix milliseconds. */
  readonly asOf: number

  constructor(asOf: number) {
    super(
      `This view shows the memory as it was at ${timeOf(asOf)}, and is read-only. Nothing was written. ` +
        'Write through a view without `asOf`.',
    )
    this.asOf = asOf
  }
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}
