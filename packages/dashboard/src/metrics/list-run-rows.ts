import type { View } from '@skein/memory'
import { listRuns } from '@skein/memory/runtime'

import { shownCost } from './shown-cost.ts'
import type { RunRow } from '../protocol/protocol.ts'

/** Lists the runs that a viewer may see, newest first. @throws StoreError */
export async function listRunRows(view: View): Promise<readonly RunRow[]> {
  const runs = await listRuns(view)
  return runs.map(({ used, saved, ...run }) => {
    return { ...run, ...(used && { used: shownCost(used) }), ...(saved && { saved: shownCost(saved) }) }
  })
}
