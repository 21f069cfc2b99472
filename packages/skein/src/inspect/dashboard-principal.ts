import { userInfo } from 'node:os'

import type { Level, Principal } from '@skein/memory'

/** Who a person at the command line is to the memory. */
export interface PersonFlags {
  readonly as?: string
  readonly clearance?: Level
  readonly compartments?: readonly string[]
}

/**
 * The principal of the person at the command line: of what is sensitive it sees
 * only what it was told to show. Whoever can open the store may see its audit,
 * as far as that clearance goes.
 */
export function personLookingOn({
  as = userName(),
  clearance = 'public',
  compartments = [],
}: PersonFlags = {}): Principal {
  return { id: as, role: 'person', clearance: { level: clearance, compartments }, rights: ['audit'] }
}

/** In a container a user may have no name. */
function userName(): string {
  try {
    return userInfo().username || 'person'
  } catch {
    return 'person'
  }
}
