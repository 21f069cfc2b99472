import type { Escalation, View } from '@skein/memory'
import type { EscalationFilter, EscalationState } from '@skein/memory/types'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { findRecord } from '../inspect/find-record.ts'
import { gistOf } from '../render/preview.ts'
import { addLookingOptions, clearanceText, limitUpTo, name } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { renderPackage } from '../render/render-package.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'

const states = ['open', 'taken', 'answered', 'declined', 'handed-back'] as const satisfies readonly EscalationState[]

/** The options of `skein inbox` as they were given. */
interface InboxFlags extends LookingFlags {
  readonly state: EscalationState | 'waiting' | 'all'
  readonly assignedTo?: string
  readonly task?: string
  readonly limit: number
}

/** `skein inbox`: what agents ask people. */
export function addInbox(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'inbox')
    .description('List what agents ask people, the oldest first; or show one question with all that is known about it.')
    .argument('[id]', 'an escalation; one that ends in … stands for the only one that begins so', name)
    .addOption(
      new Option('--state <state>', 'which: waiting ones are open or taken')
        .choices(['waiting', ...states, 'all'])
        .default('waiting'),
    )
    .option('--assigned-to <id>', 'assigned to this person or role, or to nobody', name)
    .option('--task <id>', 'of this task', name)
    .option('--limit <number>', 'how many', limitUpTo(1_000), 100)
  addLookingOptions(command).action((id: string | undefined, flags: InboxFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    return id === undefined ? list(flags) : show(id, flags)
  })
}

async function list(flags: InboxFlags): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const escalations = await escalationsOf(view, flags)
  const text = flags.json
    ? jsonOf({ space: flags.space, escalations })
    : escalations.length === 0
      ? nothingAsked(flags)
      : renderInbox(escalations, view)
  await writeOut(`${text}\n`)
}

async function show(id: string, flags: InboxFlags): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const record = await findRecord(view, 'escalations', id)
  const found = await view.escalations.package(record.id)
  await writeOut(`${flags.json ? jsonOf(found) : renderPackage(found, view.now(), process.stdout)}\n`)
}

async function escalationsOf(view: View, flags: InboxFlags): Promise<readonly Escalation[]> {
  const { state, assignedTo, task, limit } = flags
  const filter: EscalationFilter = {
    ...(assignedTo !== undefined && { assignedTo }),
    ...(task !== undefined && { task }),
    limit,
  }
  if (state === 'all') return view.escalations.list(filter)
  const asked = state === 'waiting' ? (['open', 'taken'] as const) : [state]
  const lists = await Promise.all(asked.map((one) => view.escalations.list({ ...filter, state: one })))
  return lists
    .flat()
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .slice(0, limit)
}

function nothingAsked({ state, clearance }: InboxFlags): string {
  const which = state === 'waiting' ? 'waits for an answer' : state === 'all' ? 'was ever asked' : `is ${state}`
  return `Nothing that this looker (${clearanceText(clearance)}) may see ${which}. Agents ask with escalations.open().`
}

function renderInbox(escalations: readonly Escalation[], view: View): string {
  const columns = [
    { title: 'ID', of: ({ id }: Escalation) => id },
    { title: 'AGE', of: ({ openedAt }: Escalation) => spanOf(view.now() - openedAt), align: 'right' },
    { title: 'STATE', of: ({ state, takenBy }: Escalation) => (state === 'taken' ? `taken by ${takenBy}` : state) },
    { title: 'FOR', of: ({ assignedTo = '' }: Escalation) => assignedTo },
    { title: 'TASK', of: ({ task }: Escalation) => task },
    { title: 'FROM', of: ({ openedBy }: Escalation) => openedBy },
    { title: 'QUESTION', of: ({ question, reason }: Escalation) => gistOf(question ?? reason) },
  ] as const
  return renderTable(escalations, columns, process.stdout).join('\n')
}
