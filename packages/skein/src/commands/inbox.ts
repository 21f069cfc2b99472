import type { Escalation, View } from '@skein/memory'
import type { EscalationFilter, EscalationState } from '@skein/memory/types'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank } from '../cli/parse-option.ts'
import { findRecord } from '../inspect/find-record.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { previewOf } from '../render/preview.ts'
import { renderPackage } from '../render/render-package.ts'
import { print, printJson } from '../terminal/printer.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'

const states = ['open', 'taken', 'answered', 'declined', 'handed-back'] as const satisfies readonly EscalationState[]

/** The options of `skein inbox` as given. */
interface InboxFlags extends InspectFlags {
  readonly state: EscalationState | 'waiting' | 'all'
  readonly assignedTo?: string
  readonly task?: string
  readonly limit: number
}

/** Adds `skein inbox`, which shows the questions of agents to people. */
export function addInbox(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'inbox')
    .argument('[id]', 'an escalation; an id may be shortened and end in …', nonBlank)
    .addOption(
      new Option('--state <state>', 'only in this state; waiting means open or taken')
        .choices(['waiting', ...states, 'all'])
        .default('waiting'),
    )
    .option('--assigned-to <id>', 'only assigned to this person or role, or to nobody', nonBlank)
    .option('--task <id>', 'only of this task', nonBlank)
    .option('--limit <number>', 'how many', integerFrom(1, 1_000), 100)
  addInspectOptions(command).action((id: string | undefined, flags: InboxFlags) =>
    id === undefined ? list(flags, context) : show(id, flags, context),
  )
}

async function list(flags: InboxFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const escalations = await escalationsOf(view, flags)
  if (flags.json) await printJson({ space: flags.space, escalations })
  else await print(escalations.length === 0 ? emptyText(flags) : renderInbox(escalations, view))
}

async function show(id: string, flags: InboxFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const record = await findRecord(view, 'escalations', id)
  const found = await view.escalations.package(record.id)
  if (flags.json) await printJson(found)
  else await print(renderPackage(found, view.now(), process.stdout))
}

async function escalationsOf(view: View, flags: InboxFlags): Promise<readonly Escalation[]> {
  const { state, assignedTo, task, limit } = flags
  const filter: EscalationFilter = {
    ...(assignedTo !== undefined && { assignedTo }),
    ...(task !== undefined && { task }),
    limit,
  }
  if (state === 'all') return view.escalations.list(filter)
  const wanted = state === 'waiting' ? (['open', 'taken'] as const) : [state]
  const lists = await Promise.all(wanted.map((one) => view.escalations.list({ ...filter, state: one })))
  return lists
    .flat()
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .slice(0, limit)
}

function emptyText({ state, clearance }: InboxFlags): string {
  const adjective = state === 'all' ? '' : `${state} `
  return `No ${adjective}escalations that this clearance (${clearanceText(clearance)}) covers. Agents open one with escalations.open().`
}

function renderInbox(escalations: readonly Escalation[], view: View): string {
  const columns = [
    { title: 'ID', of: ({ id }: Escalation) => id },
    { title: 'AGE', of: ({ openedAt }: Escalation) => spanOf(view.now() - openedAt), align: 'right' },
    { title: 'STATE', of: ({ state, takenBy }: Escalation) => (state === 'taken' ? `taken by ${takenBy}` : state) },
    { title: 'FOR', of: ({ assignedTo = '' }: Escalation) => assignedTo },
    { title: 'TASK', of: ({ task }: Escalation) => task },
    { title: 'FROM', of: ({ openedBy }: Escalation) => openedBy },
    { title: 'QUESTION', of: ({ question, reason }: Escalation) => previewOf(question ?? reason) },
  ] as const
  return renderTable(escalations, columns, process.stdout).join('\n')
}
