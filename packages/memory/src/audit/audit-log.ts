import type { SetMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { NotedGroup } from './noted-reads.ts'
import { newId } from '../values/new-id.ts'

/** The value of one record of the `audit` collection. */
export interface AuditBatch {
  /** When the batch was written, Unix milliseconds, by the clock of the process. */
  readonly at: number
  readonly groups: readonly NotedGroup[]
}

/** Reads the JSON text of a record of the `audit` collection. */
export function auditBatchOf(text: string): AuditBatch {
  return decodeJson(text) as AuditBatch
}

/** Groups kept in memory while the store can't be written. */
const maxUnwritten = 10_000

/** Builds the mutation for one batch. Its label is public, because only `Audit` reads batches, and it checks the label of each entry. */
export function auditMutation(owner: string, groups: readonly NotedGroup[], ttlMs: number | undefined): SetMutation {
  const tags = [...new Set(groups.map(({ agent }) => agent))]
  return {
    type: 'set',
    key: { collection: 'audit', id: newId() },
    value: encodeJson({ at: Date.now(), groups } satisfies AuditBatch),
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
  #unwritten: NotedGroup[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(store: Store, owner: string, keepMs: number, onError: (error: unknown) => void) {
    this.#store = store
    this.#owner = owner
    this.#keepMs = keepMs
    this.#onError = onError
  }

  /** Queues notes to be written. Errors go to `onError`. */
  append(groups: readonly NotedGroup[]): void {
    this.#unwritten.push(...groups)
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Resolves when everything appended so far has been written or has failed. */
  settled(): Promise<void> {
    return this.#writing
  }

  async #write(): Promise<void> {
    const groups = this.#unwritten.splice(0)
    if (groups.length === 0) return
    try {
      await this.#store.write([auditMutation(this.#owner, groups, this.#keepMs)])
    } catch (error) {
      this.#onError(error)
      // The next batch includes them, up to a limit, because memory is finite.
      this.#unwritten = [...groups, ...this.#unwritten].slice(-maxUnwritten)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    await this.#write()
  }
}
