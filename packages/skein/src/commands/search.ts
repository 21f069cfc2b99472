import type { View } from '@skein/memory'
import type { AnyRecord } from '@skein/memory/runtime'
import { collectionsWith, queryTerms } from '@skein/memory/store'
import type { CollectionWith } from '@skein/memory/store'
import { Option } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { snippetOf, textOf } from '../render/preview.ts'
import { stateOf } from '../render/render-correction.ts'
import { renderLabel } from '../render/render-label.ts'
import { print, printJson } from '../terminal/printer.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'

/** The options of `skein search` as given. */
interface SearchFlags extends InspectFlags {
  readonly collection?: CollectionWith<'searchable'>
  readonly task?: string
  readonly tag?: readonly string[]
  readonly author?: string
  readonly limit: number
  readonly all: boolean
}

/** Adds `skein search`, which finds records by words. */
export function addSearch(skein: Command, context: CommandContext): void {
  const searchable = collectionsWith('searchable')
  const command = addCommand(skein, 'search')
    .argument('<words...>', 'the words; they match by their stem')
    .addOption(new Option('--collection <name>', 'only in this collection').choices(searchable))
    .option('--task <id>', 'only of this task', nonBlank)
    .option('--tag <tag>', 'only with this tag (may be repeated: with all of them)', nonBlanks)
    .option('--author <id>', 'only by this author', nonBlank)
    .option('--limit <number>', 'how many of each collection', integerFrom(1, 1_000), 10)
    .option('--all', 'also what was retracted or superseded', false)
  addInspectOptions(command).action((words: readonly string[], flags: SearchFlags) =>
    search(words.join(' '), flags, context),
  )
}

async function search(text: string, flags: SearchFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const { collection, task, tag, author, limit } = flags
  const searched = collection === undefined ? collectionsWith('searchable') : [collection]
  const filter = {
    limit,
    include: flags.all ? 'all' : 'holding',
    ...(task !== undefined && { task }),
    ...(tag && { tags: tag }),
    ...(author !== undefined && { author }),
  } as const
  const pages = await Promise.all(searched.map((one) => view.records.search(text, { ...filter, collection: one })))
  const found = pages.flat()
  if (flags.json) await printJson({ space: flags.space, items: found })
  else
    await print(
      found.length === 0
        ? `No ${andList(searched)} that this clearance (${clearanceText(flags.clearance)}) covers contain any of these words.`
        : renderMatches(found, queryTerms(text), view),
    )
}

function andList(words: readonly string[]): string {
  return new Intl.ListFormat('en').format(words)
}

function renderMatches(found: readonly AnyRecord[], terms: readonly string[], view: View): string {
  const columns = [
    { title: 'COLLECTION', of: ({ collection }: AnyRecord) => collection },
    { title: 'ID', of: ({ id }: AnyRecord) => id },
    { title: 'AGE', of: ({ updatedAt }: AnyRecord) => spanOf(view.now() - updatedAt), align: 'right' },
    { title: 'AUTHOR', of: ({ author }: AnyRecord) => author },
    { title: 'TASK', of: ({ task = '' }: AnyRecord) => task },
    { title: 'LABEL', of: (record: AnyRecord) => renderLabel(record, '') },
    ...(found.some((record) => stateOf(record) !== '') ? [{ title: 'STATE', of: stateOf }] : []),
    { title: 'MATCH', of: ({ value }: AnyRecord) => snippetOf(textOf(value), terms) },
  ] as const
  return renderTable(found, columns, process.stdout).join('\n')
}
