import type { RecordDifference } from '@skein/memory/runtime'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { duration } from '../cli/duration.ts'
import { integerFrom, nonBlank } from '../cli/parse-option.ts'
import { timePoint } from '../cli/time-point.ts'
import type { TimePoint } from '../cli/time-point.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { renderDifferences } from '../render/render-differences.ts'
import { printNote, print, printJson } from '../terminal/printer.ts'
import { timeOf } from '../terminal/time-text.ts'
import { numberText } from '../terminal/number-text.ts'

/** The options of `skein diff` as given. */
interface DiffFlags extends InspectFlags {
  readonly since: TimePoint
  readonly until?: TimePoint
  readonly task?: string
  readonly limit: number
  readonly keep?: number
}

/** Adds `skein diff`, which shows what changed in a memory between two times. */
export function addDiff(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'diff')
    .requiredOption('--since <time>', 'after: 1h, 3d, or 2026-11-21T17:30', timePoint)
    .option('--until <time>', 'up to (default: now)', timePoint)
    .option('--task <id>', 'only of this task', nonBlank)
    .option('--limit <number>', 'the newest changes', integerFrom(1, 100_000), 100)
    .option(
      '--keep <duration>',
      'how long versions are kept, where programs set history.keepMs (default: 30d)',
      duration,
    )
  addInspectOptions(command).action((flags: DiffFlags) => diff(flags, context))
}

async function diff(flags: DiffFlags, context: CommandContext): Promise<void> {
  const history = flags.keep === undefined ? {} : { keepMs: flags.keep }
  await using opened = await openReadOnly(flags, context, { isAudited: true, history })
  const { view } = opened
  const { task, limit, json, space, clearance } = flags
  const now = view.now()
  const since = flags.since(now)
  const until = flags.until?.(now)
  if (until !== undefined && until < since) throw new InputError('--until', 'is before --since.')
  const found: RecordDifference[] = []
  const filter = { since, ...(until !== undefined && { until }), ...(task !== undefined && { task }) }
  for await (const difference of view.records.diff(filter)) {
    context.signal.throwIfAborted()
    found.push(difference)
  }
  const changes = found.toSorted((a, b) => (a.at ?? since) - (b.at ?? since)).slice(-limit)
  const isCut = found.length > changes.length
  if (json) {
    await printJson({ space, since, until: until ?? now, changes, isCut })
    return
  }
  const span = `between ${timeOf(since)} and ${until === undefined ? 'now' : timeOf(until)}`
  const none = `Nothing that this clearance (${clearanceText(clearance)}) covers changed ${span}.`
  await print(changes.length === 0 ? none : renderDifferences(changes, process.stdout))
  if (isCut) {
    printNote(`These are the newest ${limit} of ${numberText(found.length)} changes. --limit shows more.`)
  }
}
