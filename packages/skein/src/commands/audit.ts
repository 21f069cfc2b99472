import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { Collection } from '@skein/memory/store'
import type { AuditAction, AuditEntry, AuditFilter, AuditOutcome } from '@skein/memory/types'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank } from '../cli/parse-option.ts'
import { timePoint } from '../cli/time-point.ts'
import type { TimePoint } from '../cli/time-point.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { renderLabel } from '../render/render-label.ts'
import { printNote, print, printJson } from '../terminal/printer.ts'
import { renderTable } from '../terminal/table.ts'
import { timeOf } from '../terminal/time-text.ts'
import { numberText } from '../terminal/number-text.ts'

const actions = [
  'read',
  'list',
  'search',
  'watch',
  'write',
  'delete',
  'send',
  'declassify',
  'hold',
  'audit',
  'administer',
] as const satisfies readonly AuditAction[]

const outcomes = ['hit', 'miss', 'written', 'refused'] as const satisfies readonly AuditOutcome[]

/** The options of `skein audit` as given. */
interface AuditFlags extends InspectFlags {
  readonly agent?: string
  readonly action?: AuditAction
  readonly outcome?: AuditOutcome
  readonly collection?: Collection
  readonly id?: string
  readonly since?: TimePoint
  readonly until?: TimePoint
  readonly limit?: number
  readonly jsonLines: boolean
}

/** Adds `skein audit`, which shows who read and wrote what. */
export function addAudit(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'audit')
    .option('--agent <id>', 'only by this agent', nonBlank)
    .addOption(new Option('--action <action>', 'only this action').choices(actions))
    .addOption(new Option('--outcome <outcome>', 'only with this outcome').choices(outcomes))
    .addOption(new Option('--collection <name>', 'only records of this collection').choices(Records.collections))
    .option('--id <id>', 'only this record', nonBlank)
    .option('--since <time>', 'at or after: 1h, 3d, or 2026-11-21T17:30', timePoint)
    .option('--until <time>', 'before', timePoint)
    .option('--limit <number>', 'the newest entries (default: 100; all with --json-lines)', integerFrom(1, 100_000))
    .option('--json-lines', 'print each entry as a line of JSON, as it is found', false)
  addInspectOptions(command).action((flags: AuditFlags) =>
    flags.jsonLines && flags.limit === undefined ? stream(flags, context) : list(flags, context),
  )
}

/** Prints entries while they are found, however many there are. */
async function stream(flags: AuditFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  for await (const entry of view.audit.entries(filterOf(view, flags))) {
    context.signal.throwIfAborted()
    if (!(await printJson(entry))) return
  }
}

async function list(flags: AuditFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const { limit = 100, json, jsonLines, space, clearance } = flags
  let entries: AuditEntry[] = []
  let found = 0
  for await (const entry of view.audit.entries(filterOf(view, flags))) {
    context.signal.throwIfAborted()
    found += 1
    entries.push(entry)
    // Dropping old entries in bulk keeps this cheap for any number of them.
    if (entries.length >= 2 * limit) entries = entries.slice(-limit)
  }
  entries = entries.slice(-limit)
  if (jsonLines) {
    for (const entry of entries) await printJson(entry)
    return
  }
  const isCut = found > entries.length
  if (json) await printJson({ space, entries, isCut })
  else
    await print(
      entries.length === 0
        ? `The audit has no matching entries that this clearance (${clearanceText(clearance)}) covers.`
        : renderEntries(entries),
    )
  if (isCut && !json) {
    printNote(`These are the newest ${entries.length} of ${numberText(found)}. --limit shows more.`)
  }
}

function filterOf(view: View, { agent, action, outcome, collection, id, since, until }: AuditFlags): AuditFilter {
  const now = view.now()
  return {
    ...(agent !== undefined && { agent }),
    ...(action && { action }),
    ...(outcome && { outcome }),
    ...(collection && { collection }),
    ...(id !== undefined && { id }),
    ...(since && { since: since(now) }),
    ...(until && { until: until(now) }),
  }
}

function renderEntries(entries: readonly AuditEntry[]): string {
  const columns = [
    { title: 'TIME', of: ({ at }: AuditEntry) => timeOf(at) },
    { title: 'AGENT', of: ({ agent }: AuditEntry) => agent },
    { title: 'ACTION', of: ({ action }: AuditEntry) => action },
    { title: 'OUTCOME', of: ({ outcome }: AuditEntry) => outcome },
    { title: 'RECORD', of: ({ collection, id }: AuditEntry) => (id === '' ? collection : `${collection}/${id}`) },
    { title: 'TIMES', of: ({ count }: AuditEntry) => (count === 1 ? '' : numberText(count)), align: 'right' },
    { title: 'LABEL', of: (entry: AuditEntry) => renderLabel(entry, '') },
    { title: 'REASON', of: ({ reason = '' }: AuditEntry) => reason },
  ] as const
  return renderTable(entries, columns, process.stdout).join('\n')
}
