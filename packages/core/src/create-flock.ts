import { extractiveModel } from './extractive/extractive-model.ts'
import { Flock } from './flock.ts'
import { requireFlockOptions } from './flock-options.ts'
import type { FlockOptions } from './flock-options.ts'
import { threadExecutor } from './threads/thread-executor.ts'

/**
 * Creates a flock on an open memory.
 *
 * @throws OptionError when an option is out of range.
 * @throws NestedFlockError in a thread that runs activities itself; what the given executor throws when it starts.
 *
 * @example
 * ```ts no-run
 * import { agent, createFlock } from '@skein/core'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * const memory = await openMemory({ store: sqliteStore('flock.db') })
 * const flock = await createFlock({ memory, threads: 4 })
 * const report = flock.activities<typeof import('./report.ts')>(new URL('./report.ts', import.meta.url))
 * const summarizer = flock.spawn(agent({ role: 'summarizer', on: { summarize: report.summarize } }))
 * const note = await summarizer.ask({ type: 'summarize', input: part }, { timeoutMs: 30_000 })
 * await flock.close()
 * await memory.close()
 * ```
 */
export async function createFlock(flockOptions: FlockOptions): Promise<Flock> {
  const options = requireFlockOptions(flockOptions)
  const { memory, model = extractiveModel(), threads } = options
  const settings = typeof threads === 'object' && threads !== null ? threads : threads === undefined ? {} : { threads }
  const { executor: given = (parts) => threadExecutor(parts.memory, parts.model, settings) } = options
  const executor = typeof given === 'function' ? await given({ memory, model }) : given
  return new Flock({ ...options, model, executor })
}
