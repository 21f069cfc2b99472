import { hashOf } from '../store/object-id.ts'
import { recordPages } from '../store/record-pages.ts'
import type { Store } from '../store/store.ts'
import type { Level } from '../values/access.ts'
import type { ObjectVault } from './object-vault.ts'

const pageSize = 500

/**
 * Plain contents that a run of resealing drops, as all their records are sealed.
 *
 * Somebody may store a record of a lower label meanwhile, for whom the plain bytes were still there. Whoever writes such a
 * record looks for the bytes afterwards (`gateSeals`), and the run looks for such records after it has dropped the bytes.
 * So one of the two sees the other, and stores the bytes again.
 */
export class DroppedContents {
  readonly #store: Store
  readonly #vault: ObjectVault
  readonly #hashes = new Set<string>()

  constructor(store: Store, vault: ObjectVault) {
    this.#store = store
    this.#vault = vault
  }

  /** Notes a content that is about to be dropped. */
  add(hash: string): void {
    this.#hashes.add(hash)
  }

  /** Stores again what has a record by now whose level is not sealed. To be called when all are dropped. */
  async restore(isPlain: (level: Level) => boolean): Promise<void> {
    if (this.#hashes.size === 0) return
    for await (const page of recordPages(this.#store, { collection: 'objects', limit: pageSize })) {
      for (const { id, sensitivity } of page) {
        if (isPlain(sensitivity) && this.#hashes.has(hashOf(id))) await this.#vault.unseal(hashOf(id))
      }
    }
  }
}
