import { basename } from 'node:path'

import { agent, createFlock } from '@skein/core'
import type { Flock } from '@skein/core'
import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { ownFile, recordRun } from '@skein/memory/runtime'
import type { RunAnswer, RunOutcome } from '@skein/memory/runtime'
import type { Cost, LedgerReport } from '@skein/memory/types'

import { isCostly } from './agree-on-ceiling.ts'
import { analystMachine } from './analyst.ts'
import type { Assignment, Finding, ReportActivities } from './analyst.ts'
import type { Ceiling } from './ceiling.ts'
import type { ProgressSum } from './progress-sum.ts'
import type { FileInput } from './report-work.ts'
import type { IdentifiedFile } from './identify-files.ts'
import type { OpenedRun, ReportOptions } from './report-options.ts'
import type { ReportStats } from './report.ts'

/** The analysts and helpers that share one memory. */
export interface Crew {
  readonly opened: OpenedRun
  /** Lets the analysts study the files. @throws the signal's reason; what made an analyst fail. */
  study(files: readonly IdentifiedFile[], progress: ProgressSum): Promise<Finding[]>
  stats(): Promise<CrewStats>
  close(): Promise<void>
}

/** What a crew counted, and the ledger of its memory. */
export interface CrewStats {
  readonly counts: Pick<ReportStats, 'activities' | 'reusedActivities' | 'partsRead' | 'bytesCopied'>
  readonly used: Cost
  readonly saved: Cost
  readonly ledger: LedgerReport
}

/** The share of a report that one crew works on. */
export interface CrewTask {
  /** One analyst per question; `undefined` asks for a summary of the whole. */
  readonly questions: readonly (string | undefined)[]
  /** Which crew it is, from 0. */
  readonly index: number
  readonly threads: number
  /** What it may use of the model. */
  readonly ceiling: Ceiling | undefined
}

/** Opens a memory and a flock, and spawns the agents that help the analysts. */
export async function openCrew(
  options: ReportOptions,
  { questions, index, threads, ceiling }: CrewTask,
): Promise<Crew> {
  const { store, space = 'default', architecture = 'hybrid', isolated = false } = options
  const { encryption, model, executor, signal, onEvent } = options
  const memory: Memory = await openMemory({
    store,
    architecture,
    space: isolated ? `${space}/alone-${index + 1}` : space,
    ...(encryption && { encryption }),
    ...(isolated && { sharedObjectBytes: 0 }),
  })
  const flock = await createFlock({
    memory,
    threads,
    // Analysts take as long as they take.
    askTimeoutMs: Number.POSITIVE_INFINITY,
    ...(model && { model }),
    ...(executor && { executor }),
    ...(ceiling && { budget: ceiling }),
  })
  let partsRead = 0
  /** The notes that each run of the activity has taken. */
  const noted = new Map<string, number>()
  // Most helpers of a small report have nothing to do: only those count that took part.
  const busy = new Set<string>()
  flock.on((event) => {
    if (event.type === 'agent.spawned' && event.role === 'analyst') busy.add(event.agent)
    if (event.type === 'activity.started' || event.type === 'activity.reused') busy.add(event.agent)
    if (event.type === 'activity.progress' && event.activity === 'note') noted.set(event.run, event.value as number)
    if (event.type === 'activity.done') partsRead += noted.get(event.run) ?? 0
    onEvent?.(event)
  })
  const waits = isCostly(model)
  spawnHelpers(flock, threads, waits ? waiting : computing)
  return {
    opened: { memory, flock },
    study: async (files, progress) => {
      const view = memory.as({ id: 'reader', role: 'reader' })
      const run = await recordRun(view, {
        title: listed(files.map(({ source }) => basename(source))),
        questions: questions.flatMap((question) => (question === undefined ? [] : shortened(question))),
        ...(model && { model: model.id }),
      })
      const end = (outcome: Pick<RunOutcome, 'state' | 'answers'> & { readonly problem?: string }): Promise<void> => {
        const { used, saved } = flock.stats()
        return run.end({ ...outcome, agents: busy.size, used, saved })
      }
      const known = await Promise.all(
        files.map(async ({ document, pages: _pages, ...file }): Promise<FileInput> => {
          return document ? { ...file, content: await view.objects.put(document) } : file
        }),
      )
      try {
        const findings = await Promise.all(
          questions.map((question) =>
            studyOne(flock, { files: known, question }, { progress, signal, isCostly: waits }),
          ),
        )
        await end({ state: 'done', answers: findings.flatMap((finding) => answerOf(finding)) })
        return findings
      } catch (error) {
        const state = signal?.aborted ? 'stopped' : 'failed'
        await end({ state, answers: [], problem: error instanceof Error ? error.message : String(error) })
        throw error
      }
    },
    stats: async () => {
      const { activities, reusedActivities, used, saved } = flock.stats()
      const { bytesCopied } = memory.stats()
      return {
        counts: { activities, reusedActivities, partsRead, bytesCopied },
        used,
        saved,
        ledger: await memory.ledger(),
      }
    },
    close: async () => {
      await flock.close()
      await memory.close()
    },
  }
}

function answerOf({ question, object, isAnswered }: Finding): readonly RunAnswer[] {
  return object === undefined ? [] : [{ ...(question !== undefined && { question }), object, isAnswered }]
}

interface StudyOptions {
  readonly progress: ProgressSum
  readonly signal: AbortSignal | undefined
  readonly isCostly: boolean
}

async function studyOne(
  flock: Flock,
  assignment: Assignment,
  { progress, signal, isCostly: costs }: StudyOptions,
): Promise<Finding> {
  // A signal that was aborted while the crew was opened tells nobody any longer.
  signal?.throwIfAborted()
  const machine = analystMachine(flock, { isCostly: costs, onProgress: progress.analyst() })
  const analyst = flock.spawn(machine, { role: 'analyst', input: assignment })
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
}

/** What is under way at a time for each thread: a thread works on one of these while others wait for a model. */
const waiting = 16
/** The same where the thread does all the work: others wait for their writes alone. */
const computing = 4

/** Spawns three roles beside the analysts; each agent does one thing at a time. */
function spawnHelpers(flock: Flock, threads: number, inFlight: number): void {
  const activities: ReportActivities = flock.activities(
    ownFile('skein', import.meta.url, 'crew', './report-activities.js'),
  )
  const { read, index: indexed, note, merge, answer } = activities
  const mailbox = { capacity: 100_000 }
  const reader = agent({ role: 'reader', on: { read } })
  const summarizer = agent({ role: 'summarizer', on: { note, index: indexed } })
  const combiner = agent({ role: 'combiner', on: { merge, answer } })
  for (let index = 0; index < threads; index += 1) flock.spawn(reader, { mailbox })
  for (let index = 0; index < inFlight * threads; index += 1) {
    flock.spawn(summarizer, { mailbox })
    flock.spawn(combiner, { mailbox })
  }
}

/** The first of some names, and how many more there are. */
function listed(names: readonly string[]): string {
  const rest = names.length - 3
  return shortened(rest > 0 ? `${names.slice(0, 3).join(', ')} and ${rest} more` : names.join(', '))
}

/** What a record of a run takes. */
function shortened(text: string): string {
  return text.slice(0, 1_000).toWellFormed()
}
