import { savedAgentOf } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { countRecords } from '../inspect/count-records.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import type { ReadOnlyMemory } from '../inspect/open-read-only.ts'
import { removedByRules } from '../inspect/removed-by-rules.ts'
import { savedWork } from '../inspect/saved-work.ts'
import { withoutPassword } from '../open/store-address.ts'
import { renderStats } from '../render/render-stats.ts'
import type { MemoryMetrics } from '../render/render-stats.ts'
import { print, printJson } from '../terminal/printer.ts'

/** Records of a collection are counted up to here. */
const maxCounted = 10_000
/** Agents and escalations are counted up to here. */
const maxListed = 1_000

/** Adds `skein stats`, which sums up a memory and what sharing saved. */
export function addStats(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'stats')
  addInspectOptions(command).action(async (flags: InspectFlags) => {
    await using opened = await openReadOnly(flags, context, { isAudited: false })
    const metrics = await metricsOf(opened, flags, context.signal)
    if (flags.json) await printJson(metrics)
    else await print(renderStats(metrics, process.stdout))
  })
}

async function metricsOf(
  { memory, view, last }: ReadOnlyMemory,
  { store, space }: InspectFlags,
  signal: AbortSignal,
): Promise<MemoryMetrics> {
  const records = await countRecords(view, { limit: maxCounted, signal })
  const { items: agents } = await view.records.list({ collection: 'agents', limit: maxListed })
  const [open, taken] = await Promise.all([
    view.escalations.list({ state: 'open', limit: maxListed }),
    view.escalations.list({ state: 'taken', limit: maxListed }),
  ])
  const retention = await removedByRules(view)
  return {
    store: withoutPassword(store),
    space,
    traits: memory.traits,
    feed: { last },
    records: Object.fromEntries(records.map(({ collection, records: count, isCut }) => [collection, { count, isCut }])),
    ...(retention && { retention }),
    work: await savedWork(view),
    escalations: { open: open.length, taken: taken.length },
    agents: countBy(agents.map((record) => savedAgentOf(record).status)),
  }
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))
}
