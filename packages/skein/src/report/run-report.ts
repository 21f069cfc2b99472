import { resolve } from 'node:path'

import { agent, createFlock } from '@skein/core'
import type { Flock, FlockEvent } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { openMemory, OptionError } from '@skein/memory'
import type { Architecture, EncryptionOptions, Memory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import type { LedgerReport } from '@skein/memory/types'

import { InputError } from '../errors.ts'
import { analystMachine } from './analyst.ts'
import type { Finding, ReportActivities } from './analyst.ts'
import { ProgressSum } from './progress-sum.ts'
import type { ReportProgress } from './progress-sum.ts'
import type { FileInput } from './report-activities.ts'
import { readTextFile } from './text-file.ts'

/** Options of {@link runReport}. */
export interface ReportOptions {
  /** Paths of text files. Of those with the same content the first counts. */
  readonly files: readonly string[]
  /** One analyst is sent out for each; a single one for the whole when there are none. */
  readonly questions?: readonly string[]
  readonly store: StoreDriver
  /** @defaultValue 'default' */
  readonly space?: string
  /** @defaultValue 'hybrid' */
  readonly architecture?: Architecture
  /** @defaultValue none: everything is stored as it is */
  readonly encryption?: EncryptionOptions
  /** @defaultValue the number of processors */
  readonly threads?: number
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /**
   * Gives every analyst a memory and a crew of its own, as if it worked alone:
   * nothing is shared, and objects are copied instead of referred to.
   *
   * @defaultValue false
   */
  readonly isolated?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReportProgress) => void
  /** Everything that happens in the flock. */
  readonly onEvent?: (event: FlockEvent) => void
  /** Told of the memory and the flock before the work begins. With `isolated` there is one of each for every analyst. */
  readonly onOpen?: (opened: OpenedRun) => Promise<void> | void
  /** Told of the report while all is open still; everything is closed when this has resolved. */
  readonly onFinish?: (report: Report) => Promise<void> | void
}

/** Where a report is worked on. */
export interface OpenedRun {
  readonly memory: Memory
  readonly flock: Flock
}

/** A sentence of the summary: word for word from the sources, or a language model's own words, resting on these. */
export interface SummarySentence {
  readonly text: string
  /** The question that it answers; absent for the summary of the whole. */
  readonly question?: string
  readonly citations: readonly {
    /** The file as given. */
    readonly source: string
    /** UTF-16 offsets into its text. */
    readonly start: number
    readonly end: number
  }[]
}

/** What a report took, counted while it ran. */
export interface ReportStats {
  /** Sections of the files. */
  readonly parts: number
  readonly analysts: number
  readonly threads: number
  /** Sections that were really read and noted, by any agent. */
  readonly partsRead: number
  readonly activities: number
  readonly modelCalls: number
  /** Model calls that were spared because the memory had the answer, or the result of the whole activity. */
  readonly reusedCalls: number
  readonly reusedActivities: number
  /** Input and output of the model together. */
  readonly tokens: number
  readonly savedTokens: number
  /** Working time that was spared, in milliseconds. */
  readonly savedMs: number
  /** Bytes of objects that were copied out of the store because they could not be read in place. */
  readonly bytesCopied: number
  readonly wallMs: number
  /** Sentences of the model that were left out because no source backs them. */
  readonly droppedSentences: number
}

/** A cited summary and what it took. */
export interface Report {
  readonly summary: readonly SummarySentence[]
  readonly stats: ReportStats
  /** What the memory holds and has spared, over all runs; of each memory, where the analysts work alone. */
  readonly ledgers: readonly LedgerReport[]
}

/**
 * Has a flock read files and sum them up, each sentence with its source.
 *
 * @throws InputError for a file that can't be used, before anything is begun; OptionError, StoreError; the signal's reason.
 */
export async function runReport(options: ReportOptions): Promise<Report> {
  const startedAt = performance.now()
  if (options.files.length === 0) throw new OptionError('files', 'at least one file', '[]')
  const files = await identifyFiles(options)
  options.signal?.throwIfAborted()
  const asked = [...new Set(options.questions)]
  const questions: readonly (string | undefined)[] = asked.length > 0 ? asked : [undefined]
  const progress = new ProgressSum(questions.length, options.onProgress)
  const groups = options.isolated ? questions.map((question) => [question]) : [questions]
  const threads = threadsOf(options, groups.length)
  const crews = await Promise.all(groups.map((group, index) => openCrew(options, { questions: group, index, threads })))
  try {
    for (const { opened } of crews) await options.onOpen?.(opened)
    const findings = (await Promise.all(crews.map((crew) => crew.study(files, progress)))).flat()
    const stats = await Promise.all(crews.map((crew) => crew.stats()))
    const summary = findings.flatMap((finding) => toSentences(finding, files))
    if (summary.length === 0 && asked.length === 0) {
      throw new InputError(
        files.map(({ source }) => source).join(', '),
        'holds no sentence that could be quoted. Name a file with running text.',
      )
    }
    const report: Report = {
      summary,
      stats: {
        ...sumOf(stats.map(({ counts }) => counts)),
        parts: findings[0]?.parts ?? 0,
        analysts: questions.length,
        threads: crews.length * threads,
        wallMs: performance.now() - startedAt,
        droppedSentences: droppedOf(findings),
      },
      ledgers: stats.map(({ ledger }) => ledger),
    }
    await options.onFinish?.(report)
    return report
  } finally {
    await Promise.all(crews.map((crew) => crew.close()))
  }
}

/** A memory, its flock, and the analysts that work in it. */
interface Crew {
  readonly opened: OpenedRun
  study(files: readonly FileInput[], progress: ProgressSum): Promise<Finding[]>
  stats(): Promise<{ counts: Counts; ledger: LedgerReport }>
  close(): Promise<void>
}

type Counts = Omit<ReportStats, 'parts' | 'analysts' | 'threads' | 'wallMs' | 'droppedSentences'>

/** What a crew is put together for. */
interface CrewTask {
  readonly questions: readonly (string | undefined)[]
  readonly index: number
  readonly threads: number
}

/** The files by their content: what is given twice, under one name or two, is read and counted once. */
async function identifyFiles({ files, signal }: ReportOptions): Promise<FileInput[]> {
  const identified = await Promise.all(
    files.map(async (source): Promise<FileInput> => {
      const path = resolve(source)
      return { path, source, digest: (await readTextFile(path, source, signal)).digest }
    }),
  )
  return identified.filter(
    ({ digest }, index) => identified.findIndex((earlier) => earlier.digest === digest) === index,
  )
}

async function openCrew(options: ReportOptions, { questions, index, threads }: CrewTask): Promise<Crew> {
  const {
    store,
    space = 'default',
    architecture = 'hybrid',
    isolated = false,
    encryption,
    model,
    signal,
    onEvent,
  } = options
  const memory: Memory = await openMemory({
    store,
    architecture,
    space: isolated ? `${space}/alone-${index + 1}` : space,
    ...(encryption && { encryption }),
    ...(isolated && { sharedObjectBytes: 0 }),
  })
  const flock = await createFlock({ memory, threads, ...(model && { model }) })
  let partsRead = 0
  flock.on((event) => {
    if (event.type === 'activity.done' && event.activity === 'note') partsRead += 1
    onEvent?.(event)
  })
  spawnHelpers(flock, threads)
  return {
    opened: { memory, flock },
    study: (files, progress) =>
      Promise.all(
        questions.map(async (question) => {
          const machine = analystMachine(flock, progress.analyst())
          const analyst = flock.spawn(machine, { role: 'analyst', input: { files, question } })
          const stop = (): void => analyst.stop()
          signal?.addEventListener('abort', stop, { once: true })
          try {
            return (await analyst.done) as Finding
          } catch (error) {
            signal?.throwIfAborted()
            throw error
          } finally {
            signal?.removeEventListener('abort', stop)
            progress.ended()
          }
        }),
      ),
    stats: async () => {
      const { inputTokens, outputTokens, deadLetters: _, ...counts } = flock.stats()
      const { bytesCopied } = memory.stats()
      return {
        counts: { ...counts, tokens: inputTokens + outputTokens, partsRead, bytesCopied },
        ledger: await memory.ledger(),
      }
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

/** Three roles beside the analysts; each agent does one thing at a time. */
function spawnHelpers(flock: Flock, threads: number): void {
  const activities: ReportActivities = flock.activities(new URL(activitiesFile, import.meta.url))
  const { read, note, merge, answer } = activities
  const mailbox = { capacity: 100_000 }
  flock.spawn(agent({ role: 'reader', on: { read } }), { mailbox })
  for (let index = 0; index < 2 * threads; index += 1) {
    flock.spawn(agent({ role: 'summarizer', on: { note } }), { mailbox })
    flock.spawn(agent({ role: 'combiner', on: { merge, answer } }), { mailbox })
  }
}

const activitiesFile = import.meta.url.endsWith('.ts') ? './report-activities.ts' : './report-activities.js'

/** Analysts that work alone share the processors all the same. */
function threadsOf({ threads = navigator.hardwareConcurrency }: ReportOptions, crews: number): number {
  return Math.max(1, Math.round(threads / crews))
}

/** All analysts read the same notes. */
function droppedOf(findings: readonly Finding[]): number {
  const notes = Math.max(...findings.map(({ dropped }) => dropped.notes))
  return findings.reduce((sum, { dropped }) => sum + dropped.answer, notes)
}

function toSentences({ question, quotes }: Finding, files: readonly FileInput[]): SummarySentence[] {
  const nameOf = (digest: string): string => files.find((file) => file.digest === digest)?.source ?? digest
  return quotes.map(({ text, citations }) => ({
    text,
    ...(question !== undefined && { question }),
    citations: citations.map(({ source, start, end }) => ({ source: nameOf(source), start, end })),
  }))
}

function sumOf<Sums extends { readonly [Name in keyof Sums]: number }>(all: readonly Sums[]): Sums {
  const names = Object.keys(all[0] ?? {}) as (keyof Sums)[]
  return Object.fromEntries(names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)])) as Sums
}
