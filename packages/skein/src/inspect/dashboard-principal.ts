import { userInfo } from 'node:os'

import type { Level, Principal } from '@skein/memory'

/** The principal of a dashboard, as options of the command name it. */
export interface DashboardPrincipalOptions {
  /** @defaultValue the user name */
  readonly as?: string
  /** @defaultValue 'public' */
  readonly clearance?: Level
  /** @defaultValue none */
  readonly compartments?: readonly string[]
  /** Whether it may give agents orders. @defaultValue false */
  readonly allowControl?: boolean
}

/**
 * The principal for whom a dashboard reads the memory. It may see the audit, as
 * far as its clearance goes: it can open the store.
 */
export function dashboardPrincipal({
  as = userName(),
  clearance = 'public',
  compartments = [],
  allowControl = false,
}: DashboardPrincipalOptions = {}): Principal {
  return {
    id: as,
    role: 'person',
    clearance: { level: clearance, compartments },
    rights: allowControl ? ['audit', 'control'] : ['audit'],
  }
}

/** The name of the user; in a container there may be none. */
export function userName(): string {
  try {
    return userInfo().username || 'person'
  } catch {
    return 'person'
  }
}
