import { randomUUID } from 'node:crypto'

import type { SetMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import type { NotedGroup } from './noted-reads.ts'

/** What one record of the `audit` collection holds. */
export interface AuditBatch {
  /** When its last entry was noted, Unix milliseconds, by the clock of the process. */
  readonly at: number
  readonly groups: readonly NotedGroup[]
}

/** Reads the JSON text of a record of the `audit` collection. */
export function auditBatchOf(text: string): AuditBatch {
  return decodeJson(text) as AuditBatch
}

/** Groups that are kept while the store refuses to take them. */
const mostUnwritten = 10_000

/** Makes the write of one batch. Its label is public because nobody gets at it but through `Audit`, which looks at each entry's own. */
export function auditMutation(owner: string, groups: readonly NotedGroup[], ttlMs: number | undefined): SetMutation {
  const tags = [...new Set(groups.map(({ agent }) => agent))]
  return {
    type: 'set',
    key: { collection: 'audit', id: randomUUID() },
    value: encodeJson({ at: Date.now(), groups } satisfies AuditBatch),
    meta: { author: owner, tags, derivedFrom: [], sensitivity: 'public', compartments: [] },
    ttlMs,
  }
}

/** Writes down what the trails of all threads of a process noted. */
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

  append(groups: readonly NotedGroup[]): void {
    this.#unwritten.push(...groups)
    this.#writing = this.#writing.then(() => this.#write())
  }

  /** Resolves when everything appended so far is written, or could not be. */
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
      // The next batch takes them along; for ever they can't be kept in memory.
      this.#unwritten = [...groups, ...this.#unwritten].slice(-mostUnwritten)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    await this.#write()
  }
}
