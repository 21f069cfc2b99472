import type { Hold } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'

import type { RecordState } from '../protocol/protocol.ts'

/** Names of corrected records that a row lists. */
const mostCauses = 20

/** What is to be said of a record that does not simply hold; `undefined` for one that does. */
export function stateOf({
  collection,
  correction,
  doubts,
  value,
}: Partial<Pick<AnyRecord, 'collection' | 'correction' | 'doubts' | 'value'>>): RecordState | undefined {
  if (collection === 'erasures') return { kind: 'erased' }
  if (collection === 'holds' && value !== undefined) return holdState(value as Omit<Hold, 'id'>)
  if (correction) {
    const { state: kind, reason, author, at, latest } = correction
    return {
      kind,
      ...(reason !== undefined && { reason }),
      ...(author !== undefined && { author }),
      ...(at !== undefined && { at }),
      ...(latest !== undefined && { latest }),
    }
  }
  return doubts && doubts.length > 0 ? { kind: 'in-doubt', because: doubts.slice(0, mostCauses) } : undefined
}

function holdState({ state, released }: Omit<Hold, 'id'>): RecordState {
  if (state === 'in-force') return { kind: 'hold' }
  return { kind: 'released', ...(released && { author: released.by, at: released.at, reason: released.reason }) }
}
