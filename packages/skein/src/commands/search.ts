import { queryTerms } from '@skein/memory/store'
import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { snippetOf, textOf } from '../render/preview.ts'
import { addLookingOptions, clearanceText, limitUpTo, name, names } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { labelOf } from '../render/render-record.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'

/** What is found by words. */
const searched = ['observations', 'decisions', 'learnings'] as const

/** The options of `skein search` as they were given. */
interface SearchFlags extends LookingFlags {
  readonly collection?: (typeof searched)[number]
  readonly task?: string
  readonly tag?: readonly string[]
  readonly author?: string
  readonly limit: number
}

/** `skein search`: what agents wrote down, by its words. */
export function addSearch(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'search')
    .description('Find observations, decisions and learnings by words, the best of each kind first.')
    .argument('<words...>', 'what to look for; words match by their stem')
    .addOption(new Option('--collection <name>', 'only there').choices(searched))
    .option('--task <id>', 'of this task', name)
    .option('--tag <tag>', 'with this tag (may be repeated: all of them)', names)
    .option('--author <id>', 'by this author', name)
    .option('--limit <number>', 'how many of each kind', limitUpTo(1_000), 10)
  addLookingOptions(command).action((words: readonly string[], flags: SearchFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    return search(words.join(' '), flags)
  })
}

async function search(text: string, flags: SearchFlags): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const { collection, task, tag, author, limit } = flags
  const collections = collection === undefined ? searched : [collection]
  const filter = {
    limit,
    ...(task !== undefined && { task }),
    ...(tag && { tags: tag }),
    ...(author !== undefined && { author }),
  }
  const pages = await Promise.all(collections.map((one) => view.records.search(text, { ...filter, collection: one })))
  const found = pages.flat()
  const clearance = clearanceText(flags.clearance)
  const shown = flags.json
    ? jsonOf({ space: flags.space, items: found })
    : found.length === 0
      ? `Nothing in ${collections.join(', ')} that this looker (${clearance}) may see holds any of these words.`
      : renderFound(found, queryTerms(text), view)
  await writeOut(`${shown}\n`)
}

function renderFound(found: readonly AnyRecord[], terms: readonly string[], view: View): string {
  const columns = [
    { title: 'COLLECTION', of: ({ collection }: AnyRecord) => collection },
    { title: 'ID', of: ({ id }: AnyRecord) => id },
    { title: 'AGE', of: ({ updatedAt }: AnyRecord) => spanOf(view.now() - updatedAt), align: 'right' },
    { title: 'AUTHOR', of: ({ author }: AnyRecord) => author },
    { title: 'TASK', of: ({ task = '' }: AnyRecord) => task },
    { title: 'LABEL', of: (record: AnyRecord) => labelOf(record, '') },
    { title: 'FOUND', of: ({ value }: AnyRecord) => snippetOf(textOf(value), terms) },
  ] as const
  return renderTable(found, columns, process.stdout).join('\n')
}
