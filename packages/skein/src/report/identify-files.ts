import { resolve } from 'node:path'

import { estimateTokens } from '@skein/core/executor'

import { findFiles } from '../documents/find-files.ts'
import type { PlacedText } from '../documents/placed-text.ts'
import { isOnceOnly } from '../documents/read-bytes.ts'
import { readDocument } from '../documents/read-document.ts'
import { badFiles, InputError } from '../open/input-error.ts'
import { packSections } from '../sections/pack-sections.ts'
import { splitSections } from '../sections/split-sections.ts'
import type { Section } from '../sections/split-sections.ts'
import { isCostly } from './agree-on-ceiling.ts'
import type { NoteSize } from './cost-estimate.ts'
import { groupParts } from './group-parts.ts'
import type { ReportOptions } from './report-options.ts'
import type { PlannedFile } from './report-plan.ts'
import type { FileInput } from './report-work.ts'

/** A file as the report knows it; with its text, if it can't be read again, or not as easily. */
export interface IdentifiedFile extends Omit<FileInput, 'content'> {
  readonly document?: PlacedText
  /** Where each page begins in the text, of a PDF. */
  readonly pages?: readonly number[]
}

/** The files of a report. */
export interface IdentifiedFiles {
  readonly files: readonly IdentifiedFile[]
  /** What the model reads in each call for a note. */
  readonly sizes: readonly NoteSize[]
  /** How the files will be parted, in their order. */
  readonly planned: readonly PlannedFile[]
  /** What is wrong with those that were left out. */
  readonly skipped: readonly InputError[]
}

/** Files read at the same time. */
const parallel = 16

/**
 * Identifies files by their content: the same content under one path or two is read and counted once.
 * Their parts are counted, and measured where the model costs anything.
 *
 * @throws InputError that names all files that can't be used, unless they may be skipped and others are left.
 */
export async function identifyFiles(options: ReportOptions): Promise<IdentifiedFiles> {
  const { files: paths, problems } = await findFiles(options.files)
  const outcomes: (Identified | InputError)[] = []
  for (let at = 0; at < paths.length; at += parallel) {
    outcomes.push(...(await Promise.all(paths.slice(at, at + parallel).map((source) => identify(source, options)))))
  }
  const bad = [...problems, ...outcomes.filter((outcome) => outcome instanceof InputError)]
  const good = outcomes.filter((outcome): outcome is Identified => !(outcome instanceof InputError))
  if (bad.length > 0 && (!options.skipBad || good.length === 0)) throw badFiles(bad, bad.length + good.length)
  const seen = new Set<string>()
  const distinct = good.filter(({ file }) => !seen.has(file.digest) && seen.add(file.digest))
  const groups = groupParts(distinct.flatMap(({ parts }) => parts))
  const sizes = groups.map((group): NoteSize => {
    return { topic: group[0]?.topic ?? '', tokens: group.reduce((sum, { tokens }) => sum + tokens, 0) }
  })
  const planned = distinct.map(({ file, parts }): PlannedFile => {
    return { source: file.source, parts: parts.length, tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0) }
  })
  return { files: distinct.map(({ file }) => file), sizes, planned, skipped: bad }
}

/** A part of a file, with the estimated length of its text. */
type MeasuredPart = Section & Pick<NoteSize, 'tokens'>

interface Identified {
  readonly file: IdentifiedFile
  readonly parts: readonly MeasuredPart[]
}

async function identify(
  source: string,
  { model, signal, encoding, language }: ReportOptions,
): Promise<Identified | InputError> {
  const path = resolve(source)
  try {
    const once = await isOnceOnly(path, source)
    const { text, places, digest, pages, isConverted } = await readDocument(path, source, { encoding, signal })
    const sections = packSections(splitSections(text))
    const file = {
      path,
      source,
      digest,
      sections,
      ...(encoding !== undefined && { encoding }),
      ...(language && { language }),
      ...((once || isConverted) && { document: { text, ...(places && { places }) } }),
      ...(pages && { pages }),
    }
    return { file, parts: sections.map((section) => measured(section, text, isCostly(model))) }
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
}

function measured(section: Section, text: string, counts: boolean): MeasuredPart {
  return { ...section, tokens: counts ? estimateTokens(text.slice(section.start, section.end)) : 0 }
}
