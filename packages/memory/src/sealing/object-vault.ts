import type { Level } from '../values/access.ts'
import type { KeyRing, SealedIdentity } from './key-ring.ts'
import type { ObjectStore } from '../store/store.ts'

/**
 * Objects' bytes by the hash of their content, sealed where they have to be.
 *
 * Sealed bytes are stored under the hash and the id of their key, beside plain
 * ones if the same content is also known under a lower label.
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

  /** @throws CorruptRecordError when sealed bytes do not open. */
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
   * Makes sure that the bytes are sealed with the current key, and with no other.
   *
   * @param isPublicToo - Whether they have to stay there unsealed as well.
   * @returns whether there was anything to do.
   */
  async reseal(hash: string, isPublicToo: boolean): Promise<boolean> {
    const [current = '', ...others] = this.#ring.ids
    const stale = [...(isPublicToo ? [] : [hash]), ...others.map((id) => sealedName(hash, id))]
    const found = await Promise.all(stale.map((name) => this.#objects.has(name)))
    const isSealed = await this.#objects.has(sealedName(hash, current))
    if (isSealed && !found.includes(true)) return false
    const bytes = isSealed ? undefined : await this.get(hash)
    if (bytes) await this.#putSealed(hash, bytes)
    await Promise.all(stale.filter((_, index) => found[index]).map((name) => this.#objects.delete(name)))
    return true
  }

  #putSealed(hash: string, bytes: Uint8Array): Promise<void> {
    const [current = ''] = this.#ring.ids
    return this.#objects.put(sealedName(hash, current), this.#ring.seal(bytes, identityOf(hash)))
  }
}

/**
 * Opens bytes that are stored under the hash of their content and the id of a key.
 *
 * @throws MissingKeyError; CorruptRecordError when they are damaged, or were sealed as something else.
 */
export function openObject(ring: KeyRing, name: string, sealed: Uint8Array): Uint8Array {
  const [hash = '', id = ''] = name.split('.')
  return ring.open(id, sealed, identityOf(hash))
}

function sealedName(hash: string, key: string): string {
  return `${hash}.${key}`
}

/** Content never changes: it has but one version. */
function identityOf(hash: string): SealedIdentity {
  return ['objects/bytes', hash, 1]
}
