import { Records } from '@skein/memory/runtime'
import type { View } from '@skein/memory'
import type { AnyRecord, RecordsFilter } from '@skein/memory/runtime'
import type { Collection } from '@skein/memory/store'
import { Argument } from 'commander'
import type { Command } from 'commander'

import { countOf } from '../terminal/amounts.ts'
import { addCommand } from '../cli/command.ts'
import type { CommandContext } from '../cli/command.ts'
import { countRecords } from '../inspect/count-records.ts'
import type { RecordCount } from '../inspect/count-records.ts'
import { gistOf } from '../render/preview.ts'
import { addLookingOptions, clearanceText, limitUpTo, name, names } from '../inspect/inspect-options.ts'
import type { LookingFlags } from '../inspect/inspect-options.ts'
import { openToLook } from '../inspect/open-read-only.ts'
import { jsonOf } from '../terminal/plain-text.ts'
import { labelOf } from '../render/render-record.ts'
import { writeOut } from '../terminal/standard-streams.ts'
import { renderTable } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'

/** The options of `skein ls` as they were given. */
interface LsFlags extends LookingFlags {
  readonly task?: string
  readonly tag?: readonly string[]
  readonly author?: string
  readonly limit: number
  readonly cursor?: string
}

/** `skein ls`: what kinds of records there are, or the records of one kind. */
export function addLs(skein: Command, context: CommandContext): void {
  const command = addCommand(skein, 'ls')
    .description('List what a memory holds: how many records of each kind, or those of one kind, newest first.')
    .addArgument(new Argument('[collection]', 'a kind of record').choices(Records.collections))
    .option('--task <id>', 'of this task', name)
    .option('--tag <tag>', 'with this tag (may be repeated: all of them)', names)
    .option('--author <id>', 'by this author', name)
    .option('--limit <number>', 'how many', limitUpTo(1_000), 50)
    .option('--cursor <cursor>', 'where an earlier list ended', name)
  addLookingOptions(command).action((collection: Collection | undefined, flags: LsFlags) => {
    context.afterInterrupt = 'Nothing was changed.'
    return collection === undefined ? listCollections(flags, context) : listRecords(collection, flags)
  })
}

async function listCollections(flags: LsFlags, { signal }: CommandContext): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: false })
  const { view } = looking
  const collections = await countRecords(view, { ...filterOf(flags), most: 1_000, signal })
  const text = flags.json
    ? jsonOf({ space: flags.space, collections })
    : collections.length === 0
      ? nothingHere(flags, looking.last)
      : renderCounts(collections, view)
  await writeOut(`${text}\n`)
}

async function listRecords(collection: Collection, flags: LsFlags): Promise<void> {
  await using looking = await openToLook(flags, { isAudited: true })
  const { view } = looking
  const { limit, cursor } = flags
  const filter = { collection, ...filterOf(flags), limit, ...(cursor !== undefined && { cursor }) }
  const page = await view.records.list(filter)
  const text = flags.json
    ? jsonOf({ space: flags.space, collection, ...page })
    : page.items.length === 0
      ? `No ${collection} here that this looker (${clearanceText(flags.clearance)}) may see${isNarrowed(flags) ? ' and that fit' : ''}.`
      : renderRecords(page.items, view)
  await writeOut(`${text}\n`)
  if (page.cursor !== undefined && !flags.json) {
    process.stderr.write(`There are more: add --cursor ${page.cursor}\n`)
  }
}

function filterOf({ task, tag, author }: LsFlags): Omit<RecordsFilter, 'collection'> {
  return { ...(task !== undefined && { task }), ...(tag && { tags: tag }), ...(author !== undefined && { author }) }
}

function isNarrowed({ task, tag, author, cursor }: LsFlags): boolean {
  return [task, tag, author, cursor].some((given) => given !== undefined)
}

function nothingHere(flags: LsFlags, last: number): string {
  const clearance = clearanceText(flags.clearance)
  if (isNarrowed(flags)) return `No record here that this looker (${clearance}) may see and that fits.`
  if (last > 0) {
    return `Nothing here that this looker (${clearance}) may see. --clearance says who looks, such as --clearance internal.`
  }
  return (
    `The space "${flags.space}" is empty. ` +
    'Agents fill it: try `skein run FILE…` with the same --store and --space, or write to it with openMemory().'
  )
}

function renderCounts(collections: readonly RecordCount[], view: View): string {
  const columns = [
    { title: 'COLLECTION', of: ({ collection }: RecordCount) => collection },
    { title: 'RECORDS', of: (one: RecordCount) => countText(one), align: 'right' },
    { title: 'NEWEST', of: ({ newest }: RecordCount) => `${spanOf(view.now() - newest.at)} ago by ${newest.author}` },
  ] as const
  return renderTable(collections, columns, process.stdout).join('\n')
}

/** A count, with a + where it was not counted further. */
function countText({ records, isCut }: RecordCount): string {
  return `${records.toLocaleString('en')}${isCut ? '+' : ''}`
}

function renderRecords(records: readonly AnyRecord[], view: View): string {
  const columns = [
    { title: 'ID', of: ({ id }: AnyRecord) => id },
    { title: 'V', of: ({ version }: AnyRecord) => String(version), align: 'right' },
    { title: 'AGE', of: ({ updatedAt }: AnyRecord) => spanOf(view.now() - updatedAt), align: 'right' },
    { title: 'AUTHOR', of: ({ author }: AnyRecord) => author },
    { title: 'TASK', of: ({ task = '' }: AnyRecord) => task },
    { title: 'TAGS', of: ({ tags }: AnyRecord) => tags.join(',') },
    { title: 'LABEL', of: (record: AnyRecord) => labelOf(record, '') },
    { title: 'VALUE', of: ({ value }: AnyRecord) => gistOf(value) },
  ] as const
  const lines = renderTable(records, columns, process.stdout)
  return [...lines, countOf(records.length, 'record')].join('\n')
}
