import type { Level } from '../values/access.ts'
import type { KeyRing, SealedIdentity } from './key-ring.ts'
import type { ObjectStore } from '../store/store.ts'

/**
 * Stores objects' bytes by the hash of their content, and seals them if required.
 *
 * Sealed bytes are stored under the hash and the id of their key. If the same
 * content also has a lower label, the plain bytes are stored as well.
 */
export class ObjectVault {
  readonly #objects: ObjectStore
  readonly #ring: KeyRing

  constructor(objects: ObjectStore, ring: KeyRing) {
    this.#objects = objects
    this.#ring = ring
  }

  put(hash: string, bytes: Uint8Array, level: Level): Promise<void> {
    return this.#ring.seals(level) ? this.#putSealed(hash, bytes) : this.#objects.put(hash, bytes)
  }

  /** Resolves to the plain bytes; `undefined` if there are none. @throws CorruptRecordError when sealed bytes do not open. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const plain = await this.#objects.get(hash)
    if (plain) return plain
    for (const id of this.#ring.ids) {
      const sealed = await this.#objects.get(sealedName(hash, id))
      if (sealed) return this.#ring.open(id, sealed, identityOf(hash))
    }
    return undefined
  }

  /**
   * Seals the bytes with the current key and deletes all other stored forms.
   *
   * @param keepsPlain - Whether to keep the plain bytes, because the content also has a lower label.
   * @returns `false` if the bytes were already stored in just that form.
   */
  async reseal(hash: string, keepsPlain: boolean): Promise<boolean> {
    const [current = '', ...others] = this.#ring.ids
    const stale = [...(keepsPlain ? [] : [hash]), ...others.map((id) => sealedName(hash, id))]
    const found = await Promise.all(stale.map((name) => this.#objects.has(name)))
    const isSealed = await this.#objects.has(sealedName(hash, current))
    if (isSealed && !found.includes(true)) return false
    const bytes = isSealed ? undefined : await this.get(hash)
    if (bytes) await this.#putSealed(hash, bytes)
    await Promise.all(stale.filter((_, index) => found[index]).map((name) => this.#objects.delete(name)))
    return true
  }

  /** Stores the plain bytes of content that also has a lower label, if only sealed ones are there. */
  async unseal(hash: string): Promise<void> {
    if (await this.#objects.has(hash)) return
    const bytes = await this.get(hash)
    if (bytes) await this.#objects.put(hash, bytes)
  }

  #putSealed(hash: string, bytes: Uint8Array): Promise<void> {
    const [current = ''] = this.#ring.ids
    return this.#objects.put(sealedName(hash, current), this.#ring.seal(bytes, identityOf(hash)))
  }
}

/**
 * Opens bytes stored under the hash of their content and the id of a key.
 *
 * @throws MissingKeyError; CorruptRecordError when they are damaged or were sealed under another identity.
 */
export function openObject(ring: KeyRing, name: string, sealed: Uint8Array): Uint8Array {
  const [hash = '', id = ''] = name.split('.')
  return ring.open(id, sealed, identityOf(hash))
}

function sealedName(hash: string, key: string): string {
  return `${hash}.${key}`
}

/** Content never changes, so its version is always 1. */
function identityOf(hash: string): SealedIdentity {
  return ['objects/bytes', hash, 1]
}
