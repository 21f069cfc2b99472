import type { Collection } from '@skein/memory/store'

/** What is recalled. */
export interface RecallFilter {
  readonly task?: string
  readonly kind?: Collection
  /** Where to continue: of a list, or within one long value. */
  readonly cursor?: string
}
