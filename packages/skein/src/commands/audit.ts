import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { Collection } from '@skein/memory/store'
import type { AuditAction, AuditEntry, AuditFilter } from '@skein/memory/types'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { addLookingOptions, clearanceText, limitUpTo, name } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { labelOf } from '../render/render-record.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { renderTable } from '../terminal/table.ts'
import { timeOf, timePoint } from '../terminal/time-text.ts'
import type { TimePoint } from '../terminal/time-text.ts'

const actions = [
  'read',
  'list',
  'search',
  'watch',
  'write',
  'delete',
  'send',
  'declassify',
  'audit',
  'administer',
] as const satisfies readonly AuditAction[]

const outcomes = ['hit', 'miss', 'written', 'refused'] as const

/** The options of `skein audit` as they were given. */
interface AuditFlags extends LookingFlags {
  readonly agent?: string
  readonly action?: AuditAction
  readonly outcome?: AuditEntry['outcome']
  readonly collection?: Collection
  readonly id?: string
  readonly since?: TimePoint
  readonly until?: TimePoint
  readonly limit?: number
  readonly jsonLines: boolean
}

/** `skein audit`: who read and wrote what. */
export function addAudit(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'audit')
    .description('Show who read and wrote what, the newest last. Needs --right audit.')
    .option('--agent <id>', 'what this agent did', name)
    .addOption(new Option('--action <action>', 'what was done').choices(actions))
    .addOption(new Option('--outcome <outcome>', 'how it went').choices(outcomes))
    .addOption(new Option('--collection <name>', 'to records of this kind').choices(Records.collections))
    .option('--id <id>', 'to this record', name)
    .option('--since <time>', 'from then on: 1h, 3d, or 2026-11-21T17:30', timePoint)
    .option('--until <time>', 'before then', timePoint)
    .option('--limit <number>', 'the newest so many (default: 100; all with --json-lines)', limitUpTo(100_000))
    .option('--json-lines', 'print each entry as a line of JSON, as it is found', false)
  addLookingOptions(command).action((flags: AuditFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    return flags.jsonLines && flags.limit === undefined ? stream(flags, context) : list(flags, context)
  })
}

/** Prints entries while they are found, however many they are. */
async function stream(flags: AuditFlags, { signal }: CommandContext): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  for await (const entry of view.audit.entries(filterOf(view, flags))) {
    signal.throwIfAborted()
    if (!(await writeOut(`${jsonOf(entry)}\n`))) return
  }
}

async function list(flags: AuditFlags, { signal }: CommandContext): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const { limit = 100, json, jsonLines, space, clearance } = flags
  let entries: AuditEntry[] = []
  let found = 0
  for await (const entry of view.audit.entries(filterOf(view, flags))) {
    signal.throwIfAborted()
    found += 1
    entries.push(entry)
    // Now and then, so that it costs little however many there are.
    if (entries.length >= 2 * limit) entries = entries.slice(-limit)
  }
  entries = entries.slice(-limit)
  if (jsonLines) {
    await writeOut(entries.map((entry) => `${jsonOf(entry)}\n`).join(''))
    return
  }
  const text = json
    ? jsonOf({ space, entries, isCut: found > entries.length })
    : entries.length === 0
      ? `Nothing that this looker (${clearanceText(clearance)}) may see was noted there.`
      : renderEntries(entries)
  await writeOut(`${text}\n`)
  if (!json && found > entries.length) {
    process.stderr.write(
      `These are the newest ${entries.length} of ${found.toLocaleString('en')}. --limit shows more.\n`,
    )
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
    { title: 'TIMES', of: ({ count }: AuditEntry) => (count === 1 ? '' : count.toLocaleString('en')), align: 'right' },
    { title: 'LABEL', of: (entry: AuditEntry) => labelOf(entry, '') },
    { title: 'REASON', of: ({ reason = '' }: AuditEntry) => reason },
  ] as const
  return renderTable(entries, columns, process.stdout).join('\n')
}
