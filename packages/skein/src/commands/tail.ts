import { plainText } from '@skein/memory/runtime'
import { FeedTrimmedError, OptionError } from '@skein/memory'
import type { Change, Seq } from '@skein/memory/store'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom } from '../cli/parse-option.ts'
import { addInspectOptions } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import type { ReadOnlyMemory } from '../inspect/open-read-only.ts'
import { renderLabel } from '../render/render-label.ts'
import { printNote, print, printJson } from '../terminal/printer.ts'
import { columnsOf } from '../terminal/table.ts'
import { cutTo } from '../terminal/text-width.ts'
import { timeOf } from '../terminal/time-text.ts'

/** The options of `skein tail` as given. */
interface TailFlags extends InspectFlags {
  readonly after?: Seq
}

const maxPosition = 999_999_999_999_999
const maxAuthorWidth = 24

/** Adds `skein tail`, which follows the changes of a memory. */
export function addTail(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'tail')
    .argument('[prefix]', 'only changes with this prefix, such as facts/ or facts/prospect/', '')
    .option(
      '--after <seq>',
      'begin after this position of the feed; 0 for the whole feed (default: now)',
      integerFrom(0, maxPosition),
    )
  addInspectOptions(command).action((prefix: string, flags: TailFlags) => tail(prefix, flags, context))
}

async function tail(prefix: string, flags: TailFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: false })
  const { signal } = context
  const { last } = opened
  const { after = last } = flags
  if (after > last) throw new OptionError('--after', `at most ${last}, where the feed ends`, after)
  printNote(`Following changes after ${after}. Ctrl-C ends this.`)
  let from: Seq | undefined = after
  while (from !== undefined && !signal.aborted) from = await follow(opened, prefix, from, flags, signal)
}

/** Prints changes. Resolves to the position from which to continue when the feed no longer holds the next ones. */
async function follow(
  { view }: ReadOnlyMemory,
  prefix: string,
  after: Seq,
  { json }: TailFlags,
  signal: AbortSignal,
): Promise<Seq | undefined> {
  try {
    for await (const change of view.watch(prefix, { after, signal })) {
      if (!(await (json ? printJson(change) : print(lineOf(change))))) return undefined
    }
    return undefined
  } catch (error) {
    if (!(error instanceof FeedTrimmedError)) throw error
    const { after: wanted, last } = error
    if (json) await printJson({ trimmed: { after: wanted, last } })
    printNote(
      `The feed no longer holds every change after ${wanted}: continuing after ${last}. skein ls shows the current records.`,
    )
    return last
  }
}

function lineOf(change: Change): string {
  const { at, seq, op, collection, id, version, author, task } = change
  // A long id is cut at the end of the line: the author comes before it.
  const who = `${timeOf(at).slice(11)}  ${seq}  ${cutTo(plainText(author), maxAuthorWidth)}`
  const what = op === 'set' ? `set     ${collection}/${id} v${version}` : `delete  ${collection}/${id}`
  const parts = [who, what, task === undefined ? '' : `task ${task}`, renderLabel(change, '')]
  return cutTo(plainText(parts.filter((part) => part !== '').join('  ')), columnsOf(process.stdout))
}
