import { SkeinError } from './errors.ts'

/** Records are under a legal hold: they can't be forgotten, deleted or overwritten. Nothing was changed. */
export class HeldError extends SkeinError {
  readonly code = 'SKEIN_HELD'
  /** How many of the records in question are held, by their kind. */
  readonly held: Readonly<Record<string, number>>

  constructor(records: readonly { readonly collection: string }[]) {
    const held: Record<string, number> = {}
    for (const { collection } of records) held[collection] = (held[collection] ?? 0) + 1
    const counts = Object.entries(held).map(([collection, count]) => `${count} ${collection}`)
    super(
      `A legal hold protects ${counts.join(', ')}. Nothing was changed. ` +
        'A principal with the right "hold" can read the reason with `view.holds.list()`, and release the hold.',
    )
    this.held = held
  }
}
