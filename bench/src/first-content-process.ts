/**
 * A dashboard on a file whose feed holds all changes: prints the link, and goes on until it is ended.
 *
 * `node first-content-process.ts FILE`
 *
 * @module
 */

import { serveDashboard } from '@skein/dashboard'
import { openMemory } from '@skein/memory'
import { recordRun } from '@skein/memory/runtime'
import { sqliteStore } from '@skein/sqlite'

const [path = ''] = process.argv.slice(2)
// Nothing of the feed goes, however old the file is.
const memory = await openMemory({ store: sqliteStore({ path, durability: 'relaxed', maxChanges: 10_000_000 }) })
const ada = memory.as({ id: 'ada', role: 'operator', rights: ['audit'] })
await recordRun(ada, { title: 'Offers of May', questions: ['Which is the best?'] })
const { url } = await serveDashboard({ memory, principal: ada.principal })
process.send?.(url)
process.on('disconnect', () => process.exit())
