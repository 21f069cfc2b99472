import { join } from 'node:path'

import type { Order } from './peer-process.ts'
import { startCrew } from './process-crew.ts'
import type { Crew } from './process-crew.ts'

/** Processes with a cache each, of one library at one server. */
export type PeerCrew = Crew<Order>

/** @param copies - Whether they keep copies, or ask the server each time. */
export function openCrew(name: string, url: string, processes: number, copies = true): Promise<PeerCrew> {
  const program = join(import.meta.dirname, 'peer-process.ts')
  return startCrew(program, processes, (index) => [name, url, copies ? 'copies' : 'none', `${index}`, `${processes}`])
}
