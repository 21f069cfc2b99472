import type { ForgetReport } from '@skein/memory/types'
import { collectionsWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import type { CommandContext } from '../cli/command.ts'
import { exitCode } from '../cli/exit-code.ts'
import { nonBlank } from '../cli/parse-option.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { InputError } from '../open/input-error.ts'
import { countOf } from '../terminal/amounts.ts'
import { confirm } from '../terminal/confirm.ts'
import { print, printJson, printNote } from '../terminal/printer.ts'
import { renderForgotten } from './render-forgotten.ts'
import { addFilterOptions, hasFilter, targetOf } from './which-records.ts'
import type { FilterFlags } from './which-records.ts'

/** The options of `skein forget` as given. */
export interface ForgetFlags extends InspectFlags, FilterFlags {
  readonly yes: boolean
  readonly reason?: string
  readonly derived?: 'keep' | 'report' | 'forget'
  readonly dryRun: boolean
}

/** Adds the options that say which records to forget, and how. */
export function addForgetOptions(command: Command): Command {
  return addFilterOptions(
    command.option('--reason <text>', 'the reason; it is kept, so it must not repeat what is forgotten', nonBlank),
  )
    .addOption(
      new Option('--derived <what>', 'what to do with records derived from it (default: report)').choices([
        'keep',
        'report',
        'forget',
      ]),
    )
    .option('--dry-run', 'only show what would be forgotten', false)
}

/** Whether the command is about results of work that are to be computed again, not about content that has to go. */
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
  if (reason === '' && !dryRun)
    throw new InputError('--reason', 'is needed: the record of the erasure keeps the reason.')
  if (names.length > 0 === hasFilter(flags)) {
    throw new InputError('forget', 'needs records as COLLECTION/ID, or options such as --subject, and not both.')
  }
  const writable = [...collectionsWith('forgettable'), 'erasures', 'settings', 'vectors'] as const
  await using opened = await openReadOnly(flags, context, { isAudited: true, writable })
  const { view } = opened
  const what = await targetOf(view, names, flags)
  if (Array.isArray(what) && what.length === 0) return tell(flags, nothing)
  const options = { reason: reason || 'a dry run', derived }
  const planned = await view.forget(what, { ...options, dryRun: true })
  const count = Object.values(planned.forgotten).reduce((sum, one) => sum + one, 0)
  if (dryRun || count === 0) return tell(flags, planned)
  if (!flags.yes) {
    printNote(renderForgotten(planned, { ...flags, isPlan: true }))
    if (!process.stdin.isTTY) {
      throw new InputError('--yes', 'is needed where the command cannot ask. Nothing was forgotten.')
    }
    if (!(await confirm(`Forget ${countOf(count, 'record')} for good?`, context.signal))) {
      printNote('Nothing was forgotten.')
      context.exitCode = exitCode.failure
      return
    }
  }
  context.afterInterrupt = 'The next program that opens the memory finishes what was begun.'
  await tell(flags, await view.forget(what, options))
}

const nothing: ForgetReport = { id: undefined, forgotten: {}, contents: 0, left: [] }

async function tell(flags: ForgetFlags, report: ForgetReport): Promise<void> {
  if (flags.json) await printJson({ space: flags.space, dryRun: flags.dryRun, ...report, id: report.id ?? null })
  else await print(renderForgotten(report, { ...flags, isPlan: flags.dryRun }))
}
