import type { View } from '@skein/memory'
import type { ForgetFilter, ForgetReport, ForgetTarget } from '@skein/memory/types'
import { collectionsWith } from '@skein/memory/store'
import type { CollectionWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import type { CommandContext } from '../cli/command.ts'
import { exitCode } from '../cli/exit-code.ts'
import { nonBlank, nonBlanks } from '../cli/parse-option.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { countOf } from '../terminal/amounts.ts'
import { confirm } from '../terminal/confirm.ts'
import { plainText } from '@skein/memory/runtime'
import { print, printJson, printNote } from '../terminal/printer.ts'

/** The options of `skein forget` as given. */
export interface ForgetFlags extends InspectFlags {
  readonly yes: boolean
  readonly reason?: string
  readonly derived?: 'keep' | 'report' | 'forget'
  readonly dryRun: boolean
  readonly subject?: string
  readonly task?: string
  readonly author?: string
  readonly tag?: readonly string[]
  readonly collection?: CollectionWith<'derived'>
}

const derivable = collectionsWith('derived')
/** Lines of a report on a terminal; `--json` has all. */
const maxLeft = 20
const pageSize = 1_000

/** Adds the options that say which records to forget, and how. */
export function addForgetOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why: it is kept, so it must not repeat what is forgotten', nonBlank)
    .option('--subject <name>', 'all that is about this person or thing, such as person/42', nonBlank)
    .option('--task <id>', 'all of this task', nonBlank)
    .option('--author <id>', 'all by this author', nonBlank)
    .option('--tag <tag>', 'all with this tag (may be repeated: with all of them)', nonBlanks)
    .addOption(new Option('--collection <name>', 'only of this collection').choices(derivable))
    .addOption(
      new Option('--derived <what>', 'what becomes of what was made from it (default: report)').choices([
        'keep',
        'report',
        'forget',
      ]),
    )
    .option('--dry-run', 'only show what would be forgotten', false)
}

/** Whether the command is about results of work that are to be computed anew, not about content that has to go. */
export function isAboutResults(names: readonly string[], flags: ForgetFlags): boolean {
  const { reason, derived, dryRun } = flags
  const isPlain = reason === undefined && derived === undefined && !dryRun
  return isPlain && names.length > 0 && !hasFilter(flags) && names.every((name) => name.startsWith('work/'))
}

/** Forgets records for good: shows how many, asks, and prints the report. @throws InputError */
export async function forgetRecords(
  names: readonly string[],
  flags: ForgetFlags,
  context: CommandContext,
): Promise<void> {
  const { reason = '', derived = 'report', dryRun } = flags
  if (reason === '' && !dryRun) throw new InputError('--reason', 'is needed: it is kept with who forgot how much.')
  if (names.length > 0 === hasFilter(flags)) {
    throw new InputError('forget', 'needs records as COLLECTION/ID, or options such as --subject, and not both.')
  }
  const writable = [...collectionsWith('forgettable'), 'vectors', 'erasures', 'settings'] as const
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable })
  const { view } = opened
  const what = names.length === 0 ? filterOf(flags) : (await Promise.all(names.map((name) => named(view, name)))).flat()
  if (Array.isArray(what) && what.length === 0) return tell(flags, nothing)
  const options = { reason: reason || 'a dry run', derived }
  const planned = await view.forget(what, { ...options, dryRun: true })
  const count = Object.values(planned.forgotten).reduce((sum, one) => sum + one, 0)
  if (dryRun || count === 0) return tell(flags, planned)
  if (!flags.yes) {
    printNote(rendered(planned, true))
    if (!process.stdin.isTTY) {
      throw new InputError('--yes', 'is needed where nobody can be asked. Nothing was forgotten.')
    }
    if (!(await confirm(`Forget ${countOf(count, 'record')} for good?`, context.signal))) {
      printNote('Nothing was forgotten.')
      context.exitCode = exitCode.failure
      return
    }
  }
  context.afterInterrupt = 'What was begun is completed by the next program that opens the memory.'
  await tell(flags, await view.forget(what, options))
}

const nothing: ForgetReport = { id: undefined, forgotten: {}, contents: 0, left: [] }

async function tell(flags: ForgetFlags, report: ForgetReport): Promise<void> {
  if (flags.json) await printJson({ space: flags.space, dryRun: flags.dryRun, ...report, id: report.id ?? null })
  else await print(rendered(report, flags.dryRun))
}

function rendered({ id, forgotten, contents, left }: ForgetReport, isPlan: boolean): string {
  const counts = Object.entries(forgotten).map(([collection, count]) => `${count} ${collection}`)
  const bytes = contents > 0 ? `, and ${countOf(contents, 'content')} of objects` : ''
  const what = counts.length === 0 ? 'nothing' : `${counts.join(', ')}${bytes}`
  return [
    `${isPlan ? 'Would forget' : 'Forgot'} ${what}.`,
    ...(left.length > 0 ? ['Made from it, and kept (--derived forget takes it, too):'] : []),
    ...left.slice(0, maxLeft).map((name) => `  ${plainText(name)}`),
    ...(left.length > maxLeft ? [`  … and ${countOf(left.length - maxLeft, 'record')} more`] : []),
    ...(id === undefined ? [] : [`skein get erasures/${id} tells of it.`]),
  ].join('\n')
}

function hasFilter({ subject, task, author, tag, collection }: ForgetFlags): boolean {
  return [subject, task, author, tag, collection].some((value) => value !== undefined)
}

function filterOf({ subject, task, author, tag: tags, collection }: ForgetFlags): ForgetFilter {
  return {
    ...(subject !== undefined && { subject }),
    ...(task !== undefined && { task }),
    ...(author !== undefined && { author }),
    ...(tags !== undefined && { tags }),
    ...(collection !== undefined && { collection }),
  }
}

/** The records that a name means. Only keys of facts can be begun. */
async function named(view: View, name: string): Promise<Extract<ForgetTarget, readonly unknown[]>> {
  const begun = /^facts\/(.*)(?:\*|…)$/u.exec(name)?.[1]
  if (begun === undefined) return [name.startsWith('objects/') ? name.slice('objects/'.length) : name]
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await view.facts.list({ prefix: begun, limit: pageSize, ...(cursor !== undefined && { cursor }) })
    found.push(...page.items.map(({ key }) => `facts/${key}`))
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}
