import type { Actor } from '../space/actor.ts'
import type { ShownVersion } from '../space/shown.ts'
import type { Level } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { recordKey } from './fact-key.ts'

/** A version of a fact: a write, or a delete. */
export interface FactVersion<T = unknown> {
  readonly key: string
  readonly version: number
  /** When it was written or deleted, Unix milliseconds by the store's clock. */
  readonly at: number
  /** Who wrote or deleted it. */
  readonly author: string
  /** Whether the fact was deleted. */
  readonly deleted: boolean
  /** As it was; `undefined` for a delete. */
  readonly value: T | undefined
  readonly task: string | undefined
  readonly tags: readonly string[]
  readonly sensitivity: Level
  readonly compartments: readonly string[]
}

/** The versions of a fact that the actor may see, newest first. */
export async function factHistory<T>(actor: Actor, key: string): Promise<FactVersion<T>[]> {
  return (await actor.past.versions(recordKey(key))).map((version) => toFactVersion<T>(version))
}

/** Makes a version from its record. */
function toFactVersion<T>({ record, deleted }: ShownVersion): FactVersion<T> {
  const { id: key, version, updatedAt: at, author, task, tags, sensitivity, compartments } = record
  const value = deleted ? undefined : (decodeJson(record.value) as T)
  return { key, version, at, author, deleted, value, task, tags, sensitivity, compartments }
}
