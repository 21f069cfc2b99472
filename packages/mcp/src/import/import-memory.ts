import { hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'

import { OptionError } from '@skein/memory'
import type { Level, View } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { GraphFacts } from '../compat/graph-facts.ts'
import { importFormats } from './import-report.ts'
import type { ImportFormat, ImportReport } from './import-report.ts'
import { parseGraph } from './parse-graph.ts'
import { parseMem0 } from './parse-mem0.ts'
import { parseNotes } from './parse-notes.ts'
import { parsedImport } from './parsed-import.ts'
import type { ImportedNote, ParsedImport } from './parsed-import.ts'

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
const noGraph = { entities: [], relations: [] }

/**
 * Takes over what another memory has kept: entities and relations as `--compat memory` keeps them, notes as
 * observations. Nothing is written twice, so an import can be repeated.
 *
 * @param path - A file, or a folder of notes.
 * @throws OptionError when nothing in it is known; errors of the file system; StoreError
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
  const { found, parsed } = await read(path, format)
  const { graph, notes, skipped } = parsed
  // One import at a time: two would not see what the other is about to write.
  await using _ = await view.claims.claim('import of a memory', { wait: true })
  const facts = new GraphFacts(view, sensitivity)
  const items = graph.entities.length + graph.relations.length + notes.length
  let added = (await facts.createRelations(graph.relations)).length
  for (const entity of graph.entities) if (await facts.merge(entity)) added += 1
  const known = notes.length === 0 ? new Set<string>() : await importedMarks(view)
  for (const note of notes) if (await remember(view, note, sensitivity, known)) added += 1
  return { format: found, added, known: items - added, skipped }
}

async function read(
  path: string,
  format: ImportFormat | undefined,
): Promise<{ readonly found: ImportFormat; readonly parsed: ParsedImport }> {
  const isFolder = (await stat(path)).isDirectory()
  if (format === 'notes' || (format === undefined && (isFolder || isMarkdown(path)))) {
    return { found: 'notes', parsed: await readNotes(path, isFolder) }
  }
  if (isFolder) throw new OptionError('path', `a file: ${format} is one`, path)
  const text = await readFile(path, 'utf8')
  const graph = parseGraph(text)
  if (format === 'graph' || (format === undefined && graph.graph.entities.length + graph.graph.relations.length > 0)) {
    return { found: 'graph', parsed: graph }
  }
  const parsed = parseMem0(text)
  if (parsed && (format === 'mem0' || parsed.notes.length > 0)) return { found: 'mem0', parsed }
  const expected = 'a file of the official memory server, an export of mem0, or notes in Markdown'
  throw new OptionError('path', expected, path)
}

/** All notes of a folder. Links are not followed: they may lead anywhere. */
async function readNotes(path: string, isFolder: boolean): Promise<ParsedImport> {
  const folder = isFolder ? path : join(path, '..')
  const entries = isFolder ? await readdir(path, { recursive: true, withFileTypes: true }) : []
  const files = isFolder
    ? entries
        .filter((entry) => entry.isFile() && isMarkdown(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
    : [path]
  const found: (ImportedNote | string)[] = []
  for (const file of files.toSorted()) {
    const name = isFolder ? relative(folder, file) : basename(file)
    const notes = parseNotes(await readFile(file, 'utf8'), name)
    found.push(...(notes.length > 0 ? notes : [`${name}: empty`]))
  }
  return parsedImport(noGraph, found)
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
  await view.observations.log({ value: text, tags: [...tags, importedTag, mark], sensitivity })
  known.add(mark)
  return true
}

function isMarkdown(path: string): boolean {
  return /^\.(?:md|markdown)$/i.test(extname(path))
}
