import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { withoutPassword } from '../open/store-address.ts'
import { print, printJson } from '../terminal/printer.ts'
import { renderWorkers } from './render-workers.ts'
import { requireRedis } from './require-redis.ts'

/** The options of `skein workers` as given. */
interface WorkersFlags {
  readonly store: string
  readonly queue: string
  readonly json: boolean
}

/** Adds `skein workers`, which lists the workers of a queue and what waits for them. */
export function addWorkers(skein: Command): void {
  addCommand(skein, 'workers')
    .requiredOption('--store <address>', 'the store that has the queue: redis://HOST:PORT', nonBlank)
    .option('--queue <name>', 'the queue', nonBlank, 'default')
    .option('--json', 'print one JSON object', false)
    .action((flags: WorkersFlags) => list(flags))
}

async function list({ store, queue, json }: WorkersFlags): Promise<void> {
  const connection = requireRedis(store)
  const { listWorkers } = await import('@skein/bullmq')
  const report = await listWorkers({ connection, queue })
  if (json) await printJson({ store: withoutPassword(store), ...report })
  else await print(renderWorkers(report, process.stdout))
}
