import { objectInfoOf, Records, workStateOf } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { integerFrom, nonBlank, nonBlanks } from '../cli/parse-option.ts'
import { countRecords } from '../inspect/count-records.ts'
import type { RecordCount } from '../inspect/count-records.ts'
import { addInspectOptions, clearanceText } from '../inspect/inspect-options.ts'
import type { InspectFlags } from '../inspect/inspect-options.ts'
import { openReadOnly } from '../inspect/open-read-only.ts'
import { previewOf } from '../render/preview.ts'
import { stateOf } from '../render/render-correction.ts'
import { renderLabel } from '../render/render-label.ts'
import { countOf } from '../terminal/amounts.ts'
import { printNote, print, printJson } from '../terminal/printer.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'
import { numberText } from '../terminal/number-text.ts'

/** The options of `skein ls` as given. */
interface LsFlags extends InspectFlags {
  readonly task?: string
  readonly tag?: readonly string[]
  readonly author?: string
  readonly limit: number
  readonly cursor?: string
  readonly all: boolean
}

/** Records of a collection are counted up to here. */
const maxCounted = 1_000

/** Adds `skein ls`, which counts the records of each collection, or lists those of one. */
export function addLs(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'ls')
    .addArgument(new Argument('[collection]', 'a collection').choices(Records.collections))
    .option('--task <id>', 'only of this task', nonBlank)
    .option('--tag <tag>', 'only with this tag (may be repeated: with all of them)', nonBlanks)
    .option('--author <id>', 'only by this author', nonBlank)
    .option('--limit <number>', 'how many', integerFrom(1, 1_000), 50)
    .option('--cursor <cursor>', 'continue where an earlier list ended', nonBlank)
    .option('--all', 'also what was retracted or superseded', false)
  addInspectOptions(command).action((collection: Collection | undefined, flags: LsFlags) =>
    collection === undefined ? listCollections(flags, context) : listRecords(collection, flags, context),
  )
}

async function listCollections(flags: LsFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: false })
  const { view, last } = opened
  const collections = await countRecords(view, { ...filterOf(flags), limit: maxCounted, signal: context.signal })
  if (flags.json) await printJson({ space: flags.space, collections })
  else await print(collections.length === 0 ? emptyText(flags, last) : renderCounts(collections, view))
}

async function listRecords(collection: Collection, flags: LsFlags, context: CommandContext): Promise<void> {
  await using opened = await openReadOnly(flags, context, { isAudited: true })
  const { view } = opened
  const { limit, cursor } = flags
  const include = flags.all ? 'all' : 'holding'
  const filter = { collection, ...filterOf(flags), limit, include, ...(cursor !== undefined && { cursor }) } as const
  const page = await view.records.list(filter)
  if (flags.json) await printJson({ space: flags.space, collection, ...page })
  else await print(page.items.length === 0 ? noneText(collection, flags) : renderRecords(page.items, view))
  if (page.cursor !== undefined && !flags.json) {
    printNote(`There are more: add --cursor ${page.cursor}`)
  }
}

function filterOf({ task, tag, author }: LsFlags): Omit<RecordsFilter, 'collection'> {
  return { ...(task !== undefined && { task }), ...(tag && { tags: tag }), ...(author !== undefined && { author }) }
}

function emptyText(flags: LsFlags, last: number): string {
  if (isFiltered(flags)) return noneText('records', flags)
  if (last > 0) return `${noneText('records', flags)} Raise it with --clearance, for example --clearance internal.`
  return (
    `The space "${flags.space}" is empty. ` +
    'Agents fill it: try `skein run FILE…` with the same --store and --space, or write to it with openMemory().'
  )
}

function noneText(what: string, flags: LsFlags): string {
  return `No ${isFiltered(flags) ? 'matching ' : ''}${what} that this clearance (${clearanceText(flags.clearance)}) covers.`
}

function isFiltered({ task, tag, author, cursor }: LsFlags): boolean {
  return [task, tag, author, cursor].some((given) => given !== undefined)
}

function renderCounts(collections: readonly RecordCount[], view: View): string {
  const columns = [
    { title: 'COLLECTION', of: ({ collection }: RecordCount) => collection },
    { title: 'RECORDS', of: (one: RecordCount) => countText(one), align: 'right' },
    { title: 'NEWEST', of: ({ newest }: RecordCount) => `${spanOf(view.now() - newest.at)} ago by ${newest.author}` },
  ] as const
  return renderTable(collections, columns, process.stdout).join('\n')
}

/** A count, with a + where counting stopped. */
function countText({ records, isCut }: RecordCount): string {
  return `${numberText(records)}${isCut ? '+' : ''}`
}

function renderRecords(records: readonly AnyRecord[], view: View): string {
  const columns = [
    ...(records.some((record) => titleOf(record) !== '') ? [{ title: 'TITLE', of: titleOf }] : []),
    { title: 'ID', of: ({ id }: AnyRecord) => id },
    { title: 'V', of: ({ version }: AnyRecord) => String(version), align: 'right' },
    { title: 'AGE', of: ({ updatedAt }: AnyRecord) => spanOf(view.now() - updatedAt), align: 'right' },
    { title: 'AUTHOR', of: ({ author }: AnyRecord) => author },
    { title: 'TASK', of: ({ task = '' }: AnyRecord) => task },
    { title: 'TAGS', of: ({ tags }: AnyRecord) => tags.join(',') },
    { title: 'LABEL', of: (record: AnyRecord) => renderLabel(record, '') },
    ...(records.some((record) => stateOf(record) !== '') ? [{ title: 'STATE', of: stateOf }] : []),
    { title: 'VALUE', of: ({ value }: AnyRecord) => previewOf(value) },
  ] as const
  const lines = renderTable(records, columns, process.stdout)
  return [...lines, countOf(records.length, 'record')].join('\n')
}

/** What an object or a work is called; others have no titles. */
function titleOf({ collection, value }: AnyRecord): string {
  const title = collection === 'work' ? workStateOf(value)?.title : objectInfoOf(value)?.title
  return (collection === 'work' || collection === 'objects') && title !== undefined ? previewOf(title) : ''
}
