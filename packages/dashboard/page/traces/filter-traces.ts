import type { TraceRow } from '../../src/protocol/protocol.ts'
import { spanName } from './span-name.ts'

/** Filters of the list, as the address has them. */
export interface TraceFilters {
  readonly q?: string
  /** `yes`: those alone in which something failed or was tried again. */
  readonly trouble?: string
  /** Unix milliseconds. */
  readonly since?: string
  readonly until?: string
}

/** The traces that match all filters. */
export function filterTraces(all: readonly TraceRow[], filters: TraceFilters): readonly TraceRow[] {
  const { q = '', trouble, since, until } = filters
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const [from, to] = [Number(since ?? 0), until === undefined || until === '' ? Infinity : Number(until)]
  return all.filter((row) => {
    const text = `${spanName(row)} ${row.target ?? ''} ${row.agent ?? ''} ${row.id}`.toLowerCase()
    if (!words.every((word) => text.includes(word))) return false
    if (trouble === 'yes' && row.errors + row.retries === 0) return false
    return row.startedAt <= to && row.endedAt >= from
  })
}
