import type { Level } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { subjectsOf } from '../store/source-name.ts'
import type { Shown } from '../space/shown.ts'

/** A named, versioned value. */
export interface Fact<T = unknown> {
  readonly key: string
  /** A copy that belongs to the reader. */
  readonly value: T
  readonly version: number
  /** Whether the value may be stale: see `onDisconnect` of {@link MemoryOptions}. */
  readonly mayBeStale?: true
  /** The last writer. */
  readonly author: string
  /** Unix milliseconds, by the store's clock. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number | undefined
  readonly task: string | undefined
  readonly tags: readonly string[]
  /** The person or thing that it is about. */
  readonly subjects: readonly string[]
  readonly importance: number | undefined
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** Makes a fact from its record, with a copy of the value. */
export function toFact<T>(record: Shown, mayBeStale = false): Fact<T> {
  const fact = factOf(record.id, decodeJson(record.value) as T, record)
  return mayBeStale ? { ...fact, mayBeStale } : fact
}

/** Makes a fact from a copy of its value and its record. */
export function factOf<T>(key: string, value: T, record: Omit<Shown, 'value'>): Fact<T> {
  const { author, task, tags, importance, sensitivity, compartments } = record
  const { version, createdAt, updatedAt, expiresAt } = record
  return {
    key,
    value,
    version,
    author,
    createdAt,
    updatedAt,
    expiresAt,
    task,
    tags,
    subjects: subjectsOf(record),
    importance,
    sensitivity,
    compartments,
  }
}
