import type { SetMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { NotedGroup } from './noted-reads.ts'
import { newId } from '../values/new-id.ts'

/** The value of one record of the `audit` collection. */
export interface AuditBatch {
  /** When its notes were handed on to be written, Unix milliseconds, by the clock of the process. */
  readonly at: number
  readonly groups: readonly NotedGroup[]
}

/** Reads the JSON text of a record of the `audit` collection. */
export function auditBatchOf(text: string): AuditBatch {
  return decodeJson(text) as AuditBatch
}

/** Batches kept in memory while the store can't be written. */
const maxUnwritten = 10_000
/** Batches that are written together. */
const atOnce = 100

/** Builds the mutation for one batch. Its label is public, because only `Audit` reads batches, and it checks the label of each entry. */
export function auditMutation(
  owner: string,
  groups: readonly NotedGroup[],
  ttlMs: number | undefined,
  at: number = Date.now(),
): SetMutation {
  const tags = [...new Set(groups.map(({ agent }) => agent))]
  return {
    type: 'set',
    key: { collection: 'audit', id: newId() },
    value: encodeJson({ at, groups } satisfies AuditBatch),
    meta: { author: owner, tags, derivedFrom: [], sensitivity: 'public', compartments: [] },
    ttlMs,
  }
}

/** Stores the audit notes of all threads of a process. */
export class AuditLog implements AsyncDisposable {
  readonly #store: Store
  readonly #owner: string
  readonly #keepMs: number
  readonly #onError: (error: unknown) => void
  #unwritten: AuditBatch[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(store: Store, owner: string, keepMs: number, onError: (error: unknown) => void) {
    this.#store = store
    this.#owner = owner
    this.#keepMs = keepMs
    this.#onError = onError
  }

  /** Queues notes to be written. Errors go to `onError`. */
  append(groups: readonly NotedGroup[]): void {
    this.#unwritten.push({ at: Date.now(), groups })
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Resolves when everything appended so far has been written or has failed. */
  settled(): Promise<void> {
    return this.#writing
  }

  async #write(): Promise<void> {
    const batches = this.#unwritten.splice(0, atOnce)
    if (batches.length === 0) return
    try {
      await this.#store.write(batches.map(({ at, groups }) => auditMutation(this.#owner, groups, this.#keepMs, at)))
    } catch (error) {
      this.#onError(error)
      // They are written with the next ones, up to a limit, because memory is finite.
      this.#unwritten = [...batches, ...this.#unwritten].slice(-maxUnwritten)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    // What failed before is tried once more.
    for (let tries = Math.ceil(this.#unwritten.length / atOnce); tries > 0; tries -= 1) await this.#write()
  }
}
