import type { Flock, FlockEvent } from '@skein/core'
import { languages } from '@skein/core/executor'
import type { ExecutorFactory, Language, Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { Architecture, EncryptionOptions, Memory } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'

import { isKnownEncoding } from '../documents/text-encodings.ts'
import type { Ceiling } from './ceiling.ts'
import type { CostEstimate } from './cost-estimate.ts'
import type { ReportPlan } from './report-plan.ts'
import type { ReportProgress } from './progress-sum.ts'
import type { Report } from './report.ts'

/** Options of {@link runReport}. */
export interface ReportOptions {
  /**
   * Paths of documents, of folders, patterns such as `docs/**\/*.md`, pipes, or `-` for standard input. Files with
   * the same content count once, under the first path.
   */
  readonly files: readonly string[]
  /**
   * Whether files that can't be used are left out, as long as there are others: `Report.skipped` says which.
   *
   * @defaultValue false: one error names all of them
   */
  readonly skipBad?: boolean
  /**
   * The encoding of the files, as the Encoding Standard names it: `shift_jis`, `windows-1251`.
   *
   * @defaultValue UTF-8, or what the bytes of each file tell
   */
  readonly encoding?: string
  /**
   * The language of the files, which tells where sentences end and what words mean the same.
   *
   * @defaultValue what the words of each part tell
   */
  readonly language?: Language
  /**
   * One analyst works on each question.
   *
   * @defaultValue none: a single analyst summarizes the whole
   */
  readonly questions?: readonly string[]
  readonly store: StoreDriver
  /** @defaultValue 'default' */
  readonly space?: string
  /** @defaultValue 'hybrid' */
  readonly architecture?: Architecture
  /** @defaultValue none: records are stored unsealed */
  readonly encryption?: EncryptionOptions
  /** @defaultValue the number of processors */
  readonly threads?: number
  /** Does the work elsewhere, such as `bullmqExecutor({ connection })`. @defaultValue worker threads */
  readonly executor?: ExecutorFactory
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /**
   * The limits of the run for its model. A run that is estimated to use more asks `mayExceed`
   * before anything is sent; one that does use more ends with an error of
   * its budget (`SKEIN_BUDGET`, or that as the cause). Isolated
   * analysts have equal shares. A model with a budget of its own, and the built-in one, have none.
   *
   * @defaultValue 500 calls, 1,000,000 tokens and, where the price is known, 5 US dollars
   */
  readonly ceiling?: Ceiling
  /** Receives what the run is about to do, before anything is sent or written. */
  readonly onPlan?: (plan: ReportPlan) => void
  /** Receives what a run with a model will about cost, before anything is sent, and its ceiling. */
  readonly onEstimate?: (estimate: CostEstimate, ceiling: Ceiling | undefined) => void
  /**
   * Whether a run may go beyond its ceiling, to about the estimate: it ends at twice as much.
   *
   * @defaultValue no: `runReport` rejects with a `CeilingError`
   */
  readonly mayExceed?: (estimate: CostEstimate, ceiling: Ceiling) => Promise<boolean> | boolean
  /**
   * Gives every analyst a memory and a crew of its own, as if it worked alone:
   * nothing is shared, and objects are copied instead of read in place.
   *
   * @defaultValue false
   */
  readonly isolated?: boolean
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReportProgress) => void
  /** Receives every event of the flock. */
  readonly onEvent?: (event: FlockEvent) => void
  /** Receives the memory and the flock before the work begins; with `isolated`, those of every analyst. */
  readonly onOpen?: (opened: OpenedRun) => Promise<void> | void
  /** Receives the report while memory and flock are still open. They close when its promise resolves. */
  readonly onFinish?: (report: Report) => Promise<void> | void
}

/** The memory and the flock of a run. */
export interface OpenedRun {
  readonly memory: Memory
  readonly flock: Flock
}

const kinds: OptionKinds<ReportOptions> = {
  files: 'any',
  skipBad: 'boolean',
  encoding: 'string',
  language: 'any',
  questions: 'any',
  store: 'any',
  space: 'any',
  architecture: 'any',
  encryption: 'any',
  threads: 'any',
  executor: 'function',
  model: 'any',
  ceiling: 'any',
  onPlan: 'function',
  onEstimate: 'function',
  mayExceed: 'function',
  isolated: 'boolean',
  signal: 'object',
  onProgress: 'function',
  onEvent: 'function',
  onOpen: 'function',
  onFinish: 'function',
}

/** @throws OptionError when an option is unknown, missing or of the wrong type. */
export function requireReportOptions(given: ReportOptions): ReportOptions {
  const options = requireOptions('runReport', given, kinds)
  const { files, questions, store } = options
  if (!Array.isArray(files) || files.length === 0) {
    throw new OptionError('files', 'an array of at least one path', files)
  }
  const unusable = files.find((file) => typeof file !== 'string' || file === '')
  if (unusable !== undefined) throw new OptionError('files', 'an array of paths', unusable)
  const { encoding, language } = options
  if (encoding !== undefined && !isKnownEncoding(encoding)) {
    throw new OptionError('encoding', 'an encoding such as utf-8, shift_jis or windows-1251', encoding)
  }
  if (language !== undefined && !languages.includes(language)) {
    throw new OptionError('language', `one of ${languages.join(', ')}`, language)
  }
  if (questions !== undefined && !Array.isArray(questions)) {
    throw new OptionError('questions', 'an array of strings', questions)
  }
  if (typeof store?.open !== 'function') {
    throw new OptionError('store', 'a store driver, such as openStore(address) or sqliteStore(path)', store)
  }
  return options
}
