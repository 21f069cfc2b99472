import type { Flock, FlockEvent } from '@skein/core'
import type { Model } from '@skein/core/executor'
import { OptionError } from '@skein/memory'
import type { Architecture, EncryptionOptions, Memory } from '@skein/memory'
import { requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'
import type { StoreDriver } from '@skein/memory/store'

import type { ReportProgress } from './progress-sum.ts'
import type { Report } from './report.ts'

/** Options of {@link runReport}. */
export interface ReportOptions {
  /** Paths of text files. Files with the same content count once, under the first path. */
  readonly files: readonly string[]
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
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
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
  questions: 'any',
  store: 'any',
  space: 'any',
  architecture: 'any',
  encryption: 'any',
  threads: 'any',
  model: 'any',
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
  requireStrings('files', files)
  if (questions !== undefined && !Array.isArray(questions)) {
    throw new OptionError('questions', 'an array of strings', questions)
  }
  if (typeof store?.open !== 'function') {
    throw new OptionError('store', 'a store driver, such as openStore(address) or sqliteStore(path)', store)
  }
  return options
}
