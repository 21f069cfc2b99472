import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'

import { AccessError, CorrectedError, HeldError, OptionError, SchemaError, ValueError } from '@skein/memory'
import type { Level, View } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import { covers } from '@skein/memory/store'

import { GraphFacts } from '../compat/graph-facts.ts'
import { decodeText } from './decode-text.ts'
import { importFormats } from './import-report.ts'
import type { ImportFormat, ImportReport } from './import-report.ts'
import { parseGraph } from './parse-graph.ts'
import { parseMem0 } from './parse-mem0.ts'
import { parseNotes } from './parse-notes.ts'
import type { Imported, ImportedNote, Placed } from './parsed-import.ts'

/** Options of {@link importMemory}. */
export interface ImportMemoryOptions {
  /** @defaultValue recognized by the content */
  readonly format?: ImportFormat
  /**
   * The sensitivity of all that is written.
   *
   * @defaultValue 'public'
   */
  readonly sensitivity?: Level
}

const kinds: OptionKinds<ImportMemoryOptions> = { format: 'any', sensitivity: 'any' }

/** What one record may be refused for, while others can be written. */
const refusals = [AccessError, CorrectedError, HeldError, OptionError, SchemaError, ValueError]

/** So many are written at once. */
const atOnce = 100

/**
 * Imports the records of another memory: entities and relations as `--compat memory` keeps them, notes as
 * observations. Nothing is written twice, so an import can be repeated. What can't be read or written is skipped, and
 * named with its place.
 *
 * @param path - A file in UTF-8 or UTF-16, or a folder of notes.
 * @throws OptionError when nothing in it is known; AccessError when the principal may not write at this sensitivity;
 *   errors of the file system; StoreError
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises'
 * import { importMemory } from '@skein/mcp'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const path = `${await mkdtemp('/tmp/skein-')}/MEMORY.md`
 * await writeFile(path, '- Acme pays late.')
 * const memory = await openMemory({ store: mapStore() })
 * const report = await importMemory(memory.as({ id: 'ann', role: 'sales' }), path)
 * report.added // => 1
 * await memory.close()
 * ```
 */
export async function importMemory(view: View, path: string, options: ImportMemoryOptions = {}): Promise<ImportReport> {
  requireStrings('path', [path])
  const { format, sensitivity = 'public' } = requireOptions('importMemory', options, kinds)
  if (format !== undefined && !importFormats.includes(format)) {
    throw new OptionError('format', `one of ${importFormats.join(', ')}`, format)
  }
  const { id, clearance } = view.principal
  const { level = 'public', compartments = [] } = clearance ?? {}
  if (!covers({ level, compartments }, { sensitivity, compartments: [] })) {
    throw new AccessError(id, `clearance for ${sensitivity}`)
  }
  const { found, parsed } = await read(path, format)
  // One import at a time: two would not see what the other is about to write.
  await using _ = await view.claims.claim('import of a memory', { wait: true })
  const facts = new GraphFacts(view, sensitivity)
  const marks = parsed.some((one) => 'note' in one) ? await importedMarks(view) : new Set<string>()
  const write = async (one: Imported): Promise<boolean> => {
    if ('entity' in one) return facts.merge(one.entity)
    if ('relation' in one) return (await facts.createRelations([one.relation])).length > 0
    return remember(view, one.note, sensitivity, marks)
  }
  const report = { format: found, added: 0, known: 0 }
  const skipped: string[] = []
  for (let from = 0; from < parsed.length; from += atOnce) {
    const outcomes = await Promise.all(parsed.slice(from, from + atOnce).map((one) => outcomeOf(one, write)))
    for (const outcome of outcomes) {
      if (typeof outcome === 'string') skipped.push(outcome)
      else report[outcome ? 'added' : 'known'] += 1
    }
  }
  return { ...report, skipped }
}

/** Whether a record was new; when there is none, or it can't be written, where that is and why. */
async function outcomeOf(one: Placed, write: (one: Imported) => Promise<boolean>): Promise<boolean | string> {
  if ('problem' in one) return `${one.place}: ${one.problem}`
  try {
    return await write(one)
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error
    return `${one.place}: ${(error as Error).message.replace(/\.$/, '')}`
  }
}

async function read(
  path: string,
  format: ImportFormat | undefined,
): Promise<{ readonly found: ImportFormat; readonly parsed: readonly Placed[] }> {
  const isFolder = (await stat(path)).isDirectory()
  if (format === 'notes' || (format === undefined && (isFolder || isMarkdown(path)))) {
    return { found: 'notes', parsed: await readNotes(path, isFolder) }
  }
  if (isFolder) throw new OptionError('path', `a file: ${format} is one`, path)
  const text = await readText(path)
  const graph = parseGraph(text)
  if (format === 'graph' || (format === undefined && graph.some((one) => !('problem' in one)))) {
    return { found: 'graph', parsed: graph }
  }
  const parsed = parseMem0(text)
  if (parsed && (format === 'mem0' || parsed.some((one) => 'note' in one))) return { found: 'mem0', parsed }
  const expected = 'a file of the official memory server, an export of mem0, or notes in Markdown'
  throw new OptionError('path', expected, path)
}

async function readText(path: string): Promise<string> {
  const text = decodeText(await readFile(path))
  if (text === undefined) throw new OptionError('path', 'a file in UTF-8 or UTF-16', path)
  return text
}

/** All notes of a folder. Links are not followed: they may lead anywhere. */
async function readNotes(path: string, isFolder: boolean): Promise<readonly Placed[]> {
  if (!isFolder) return parseNotes(await readText(path), basename(path))
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && isMarkdown(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  const found: (readonly Placed[])[] = []
  for (const file of files.toSorted()) {
    // A tag is the same on every system.
    const place = relative(path, file).replaceAll('\\', '/')
    const text = decodeText(await readFile(file))
    if (text === undefined) found.push([{ place, problem: 'not in UTF-8 or UTF-16' }])
    else found.push(parseNotes(text, place))
  }
  return found.flat()
}

/** Stands on all notes that were imported, beside the mark of each one's text. */
const importedTag = 'imported'
const markPrefix = 'import:'

/** The marks of all that was imported before: one walk, as stores have no index of tags. */
async function importedMarks(view: View): Promise<Set<string>> {
  const marks = new Set<string>()
  let cursor: string | undefined
  do {
    const filter = { tags: [importedTag], limit: 1_000, ...(cursor !== undefined && { cursor }) }
    const page = await view.observations.list(filter)
    for (const { tags } of page.items) for (const tag of tags) if (tag.startsWith(markPrefix)) marks.add(tag)
    cursor = page.cursor
  } while (cursor !== undefined)
  return marks
}

/** @param known - Marks of what the memory has. @returns whether it did not have this. */
async function remember(
  view: View,
  { text, tags }: ImportedNote,
  sensitivity: Level,
  known: Set<string>,
): Promise<boolean> {
  const mark = markPrefix + hash('sha256', text, 'hex').slice(0, 32)
  if (known.has(mark)) return false
  known.add(mark)
  await view.observations.log({ value: text, tags: [...tags, importedTag, mark], sensitivity })
  return true
}

function isMarkdown(path: string): boolean {
  return /^\.(?:md|markdown)$/i.test(extname(path))
}
