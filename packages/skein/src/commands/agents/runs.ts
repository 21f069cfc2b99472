import { listRuns } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../../cli/command.ts'
import type { CommandContext } from '../../cli/command.ts'
import { integerFrom } from '../../cli/parse-option.ts'
import { addInspectOptions } from '../../inspect/inspect-options.ts'
import type { InspectFlags } from '../../inspect/inspect-options.ts'
import { openReadOnly } from '../../inspect/open-read-only.ts'
import { renderRuns } from '../../render/render-runs.ts'
import { print, printJson } from '../../terminal/printer.ts'

interface RunsFlags extends InspectFlags {
  readonly limit: number
}

/** Adds `skein runs`, which lists the runs of a memory as the dashboard does. */
export function addRuns(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'runs').option('--limit <number>', 'how many are listed', integerFrom(1, 200), 20)
  addInspectOptions(command).action((flags: RunsFlags) => list(flags, context))
}

async function list(flags: RunsFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const runs = await listRuns(view, flags.limit)
  if (flags.json) await printJson({ space: flags.space, runs })
  else
    await print(
      runs.length === 0 ? 'No runs that this clearance covers.' : renderRuns(runs, view.now(), process.stdout),
    )
}
