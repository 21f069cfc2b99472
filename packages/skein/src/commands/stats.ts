import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { countRecords } from '../inspect/count-records.ts'
import { addLookingOptions } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import type { Looking } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { withoutPassword } from '../render/render-findings.ts'
import { renderStats } from '../render/render-stats.ts'
import type { MemoryFigures } from '../render/render-stats.ts'
import { sparedWork } from '../inspect/saved-work.ts'
import { writeOut } from '../terminal/standard-streams.ts'

/** Records of a kind are not counted further than this. */
const mostCounted = 10_000
const mostListed = 1_000

/** `skein stats`: what a memory holds, and what it has spared. */
export function addStats(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'stats').description(
    'Sum up a memory: its records, the work that was not done again, what waits for people, its agents, its store.',
  )
  addLookingOptions(command).action(async (flags: LookingFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    await using looking = await openToLook(flags, { isAudited: false })
    const figures = await figuresOf(looking, flags, context.signal)
    await writeOut(`${flags.json ? jsonOf(figures) : renderStats(figures, process.stdout)}\n`)
  })
}

async function figuresOf(
  { memory, view, last }: Looking,
  flags: LookingFlags,
  signal: AbortSignal,
): Promise<MemoryFigures> {
  const records = await countRecords(view, { most: mostCounted, signal })
  const { items: agents } = await view.records.list({ collection: 'agents', limit: mostListed })
  const [open, taken] = await Promise.all(
    (['open', 'taken'] as const).map((state) => view.escalations.list({ state, limit: mostListed })),
  )
  return {
    store: withoutPassword(flags.store),
    space: flags.space,
    traits: memory.traits,
    feed: { last },
    records: Object.fromEntries(records.map(({ collection, records: count, isCut }) => [collection, { count, isCut }])),
    work: await sparedWork(memory, view, signal),
    escalations: { open: open?.length ?? 0, taken: taken?.length ?? 0 },
    agents: countBy(agents.map(({ tags }) => tags.find((tag) => tag.startsWith('status:'))?.slice(7) ?? 'unknown')),
  }
}

function countBy(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]))
}
