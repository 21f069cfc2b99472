import type { QueueReport } from '@skein/bullmq'
import { listAgentHosts } from '@skein/core'
import type { AgentHostsReport } from '@skein/core/types'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { nonBlank } from '../cli/parse-option.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { parseStoreAddress, withoutPassword } from '../open/store-address.ts'
import { print, printJson } from '../terminal/printer.ts'
import { renderHosts } from './render-hosts.ts'
import { renderWorkers } from './render-workers.ts'

/** The options of `skein workers` as given. */
interface WorkersFlags {
  readonly store: string
  readonly space: string
  readonly queue: string
  readonly json: boolean
}

/** Adds `skein workers`, which lists the workers of a queue and the hosts of agents, and what waits for them. */
export function addWorkers(skein: Command, context: CommandContext): void {
  addCommand(skein, 'workers')
    .requiredOption('--store <address>', 'the store; one on Redis also has the queue', nonBlank)
    .option('--space <name>', 'the space of the agents within the store', 'default')
    .option('--queue <name>', 'the queue', nonBlank, 'default')
    .option('--json', 'print one JSON object', false)
    .action((flags: WorkersFlags) => list(flags, context))
}

async function list(flags: WorkersFlags, context: CommandContext): Promise<void> {
  const { store, queue, json } = flags
  const location = parseStoreAddress(store)
  const report = location.kind === 'redis' ? await listQueue(location.url, queue) : undefined
  const agents = await listHosts(flags, context, report !== undefined)
  if (json) {
    await printJson({ store: withoutPassword(store), ...report, agents })
    return
  }
  const parts = [...(report ? [renderWorkers(report, process.stdout)] : []), renderHosts(agents, process.stdout)]
  await print(parts.filter((part) => part !== '').join('\n\n'))
}

async function listQueue(connection: string, queue: string): Promise<QueueReport> {
  const { listWorkers } = await import('@skein/bullmq')
  return listWorkers({ connection, queue })
}

/** @param mayLack - Whether the store may be without the space, as a server of a queue alone is. */
async function listHosts(
  { store, space, json }: WorkersFlags,
  context: CommandContext,
  mayLack: boolean,
): Promise<AgentHostsReport> {
  const flags = { store, space, json, role: 'person', clearance: { level: 'public' }, right: [] } as const
  try {
    await using opened = await openReadOnly(flags, context, { isAudited: false })
    // Before it is closed.
    const report = await listAgentHosts(opened.memory)
    return report
  } catch (error) {
    if (mayLack && error instanceof InputError) return { hosts: [], definitions: [] }
    throw error
  }
}
