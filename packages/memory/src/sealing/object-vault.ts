import { hash as digest } from 'node:crypto'

import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, StoreError } from '../values/errors.ts'
import type { KeyRing, SealedIdentity } from './key-ring.ts'
import type { KnownSealing } from './sealing-state.ts'
import { inBucket, placeEnding } from '../store/object-place.ts'
import type { ObjectStore } from '../store/store.ts'

/** In which forms the content of an object is to be stored. */
export interface ContentForms {
  /** `make` them if they are missing; `keep` those that are there; `drop` them. */
  readonly plain: 'make' | 'keep' | 'drop'
  /** Whether sealed bytes are needed. Those that are there stay in any case, under the current key. */
  readonly sealed: boolean
}

/**
 * Stores objects' bytes by the hash of their content, and seals them if required.
 *
 * Sealed bytes are stored under the hash and the id of their key. If the same
 * content also has a lower label, the plain bytes are stored as well.
 */
export class ObjectVault {
  readonly #objects: ObjectStore
  readonly #ring: KeyRing
  readonly #sealing: KnownSealing | undefined

  /** @param sealing - How the space is sealed, for whoever puts contents. */
  constructor(objects: ObjectStore, ring: KeyRing, sealing?: KnownSealing) {
    this.#objects = objects
    this.#ring = ring
    this.#sealing = sealing
  }

  /** @throws MissingKeyError when the space seals this level, and the ring does not: nothing was stored. */
  async put(hash: string, bytes: Uint8Array, level: Level): Promise<void> {
    this.#ring.assertMayWrite(level)
    if (this.#ring.seals(level)) return this.#putSealed(hash, bytes)
    // As for records, see `gatePlain`.
    const check = levelIndex(level) > 0 ? await this.#sealing?.check() : undefined
    const isStored = await this.#objects.put(hash, bytes, check)
    if (isStored || !check) return
    await this.#sealing?.load()
    return this.put(hash, bytes, level)
  }

  /** Resolves to the plain bytes; `undefined` if there are none. @throws CorruptRecordError when sealed bytes do not open. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const plain = await this.#objects.get(hash)
    if (plain) return plain
    for (const id of this.#ring.ids) {
      const sealed = await this.#objects.get(sealedName(hash, id))
      if (sealed) return this.#ring.open(id, sealed, identityOf(hash))
    }
    for (const name of contentNames(hash, this.#ring))
      if (await this.#objects.has(name + placeEnding)) throw new StoreError('objects.get', inBucket)
    return undefined
  }

  /**
   * Stores the bytes in the forms that are due, sealed with the current key, and only then deletes the others. Does
   * nothing where no stored form is intact.
   *
   * @returns whether something changed.
   */
  async reseal(hash: string, { plain, sealed }: ContentForms): Promise<boolean> {
    const [current = '', ...others] = this.#ring.ids
    const sealedNow = sealedName(hash, current)
    const all = [hash, sealedNow, ...others.map((id) => sealedName(hash, id))]
    const isThere = await Promise.all(all.map((name) => this.#objects.has(name)))
    const found = all.filter((_, index) => isThere[index])
    const keepsPlain = plain === 'make' || (plain === 'keep' && found.includes(hash))
    const keepsSealed = sealed || found.some((name) => name !== hash)
    const due = [...(keepsPlain ? [hash] : []), ...(keepsSealed ? [sealedNow] : [])]
    const stale = found.filter((name) => !due.includes(name))
    if (stale.length === 0 && due.every((name) => found.includes(name))) return false
    const bytes = await this.#intact(hash, found)
    if (!bytes) return false
    for (const name of due) {
      if (found.includes(name)) {
        if (await this.#intact(hash, [name])) continue
        await this.#objects.delete(name)
      }
      await (name === hash ? this.#objects.put(hash, bytes) : this.#putSealed(hash, bytes))
    }
    for (const name of stale) await this.#objects.delete(name)
    return true
  }

  /** The bytes by the first of these names whose content has the hash. @throws MissingKeyError */
  async #intact(hash: string, names: readonly string[]): Promise<Uint8Array | undefined> {
    for (const name of names) {
      const stored = await this.#objects.get(name)
      try {
        const bytes = stored && name !== hash ? openObject(this.#ring, name, stored) : stored
        if (bytes && digest('sha256', bytes, 'hex') === hash) return bytes
      } catch (error) {
        if (!(error instanceof CorruptRecordError)) throw error
      }
    }
    return undefined
  }

  /** Whether the bytes are there, in any form. */
  async has(hash: string): Promise<boolean> {
    for (const name of contentNames(hash, this.#ring)) if (await this.#objects.has(name)) return true
    return false
  }

  /** Stores the plain bytes of content that also has a lower label, if only sealed ones are there. */
  async unseal(hash: string): Promise<void> {
    if (await this.#objects.has(hash)) return
    const bytes = await this.get(hash)
    if (bytes) await this.#objects.put(hash, bytes)
  }

  async #putSealed(hash: string, bytes: Uint8Array): Promise<void> {
    const [current = ''] = this.#ring.ids
    await this.#objects.put(sealedName(hash, current), this.#ring.seal(bytes, identityOf(hash)))
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

/** All names under which the bytes of a content may be stored: plain first, then sealed with each key. */
export function contentNames(hash: string, ring: KeyRing): readonly string[] {
  return [hash, ...ring.ids.map((id) => sealedName(hash, id))]
}

function sealedName(hash: string, key: string): string {
  return `${hash}.${key}`
}

/** Content never changes, so its version is always 1. */
function identityOf(hash: string): SealedIdentity {
  return ['objects/bytes', hash, 1]
}
