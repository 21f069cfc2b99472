import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { levelIndex } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, MissingKeyError } from '../values/errors.ts'
import type { KeyRingShare } from './encryption-options.ts'

/** What sealed data belongs to, and what else is bound to it. Under any other identity it does not open. */
export type SealedIdentity = readonly [collection: string, id: string, version: number, ...bound: readonly Bound[]]

type Bound = string | number | null | readonly string[]

/** The form of sealed texts, as their check value says: before the second one it was the bare value. */
const form = '2-'

const nonceBytes = 12
/** In base64. */
const nonceDigits = (nonceBytes / 3) * 4
const tagBytes = 16

/**
 * Seals and opens text and bytes with AES-256-GCM (NIST SP 800-38D). Each message
 * has a new random nonce. The associated data is the space, and what the message
 * belongs to and is bound to.
 *
 * Random 96-bit nonces are safe for 2^32 messages per key, so rotate keys before that.
 */
export class KeyRing {
  readonly share: KeyRingShare
  readonly #space: string
  #required: { readonly mark: string; readonly from: Level } | undefined
  #whole: Level | undefined
  readonly #keys: ReadonlyMap<string, { readonly key: KeyObject; readonly check: string }>

  constructor(share: KeyRingShare, space: string) {
    this.share = share
    this.#space = space
    this.#keys = new Map(share.keys.map(([id, key]) => [id, { key, check: checkOf(key) }]))
  }

  /** Ids of the keys, the current one first. */
  get ids(): readonly string[] {
    const { current } = this.share
    return [...this.#keys.keys()].toSorted((a, b) => Number(b === current) - Number(a === current))
  }

  /** The lowest level that is sealed, by this ring or by others; `undefined` where nothing is known to be. */
  get sealsFrom(): Level | undefined {
    const own = this.share.current === undefined ? [] : [this.share.from]
    const froms = [...own, ...(this.#required ? [this.#required.from] : []), ...(this.#whole ? [this.#whole] : [])]
    return froms.toSorted((a, b) => levelIndex(a) - levelIndex(b))[0]
  }

  /** Whether data of this sensitivity must be sealed. */
  seals(level: Level): boolean {
    return this.share.current !== undefined && levelIndex(level) >= levelIndex(this.share.from)
  }

  /**
   * A fingerprint of the current key and the form of sealed texts. It differs for another key with the same id and
   * reveals nothing about the key. To code of the first form it looks like another key, so that it neither reads nor
   * writes.
   */
  get mark(): string {
    const id = this.share.current ?? ''
    return `${id}.${form}${this.#keys.get(id)?.check}`
  }

  /** Whether a stored text is sealed with the current key in the present form. */
  isCurrent(text: string): boolean {
    return text.startsWith(`~${this.mark}.`)
  }

  /** Sets the key and the lowest level with which the space was sealed, for {@link KeyRing.assertMayWrite}. */
  requireSealing(mark: string, from: Level): void {
    this.#required = { mark, from }
  }

  /**
   * Sets the lowest level of which everything in the space is sealed in the present form: what is plain, or of the first
   * form, was put there by somebody else. `undefined` until the space was sealed as a whole.
   */
  noteWhole(level: Level | undefined): void {
    this.#whole = level
  }

  /** Whether the space was sealed as a whole, from some level on. */
  get hasWhole(): boolean {
    return this.#whole !== undefined
  }

  /** Whether nothing of this sensitivity may be plain or of the first form. */
  isWhole(level: Level): boolean {
    return this.#whole !== undefined && levelIndex(level) >= levelIndex(this.#whole)
  }

  /**
   * @throws MissingKeyError when data of this sensitivity must be sealed in this space,
   * but this ring does not seal it or has a different key under the required id.
   */
  assertMayWrite(level: Level): void {
    if (!this.#required || levelIndex(level) < levelIndex(this.#required.from)) return
    const [id = '', mark = ''] = this.#required.mark.split('.')
    const check = isPresentForm(mark) ? mark.slice(form.length) : mark
    const own = this.#keys.get(id)
    const isOther = own !== undefined && own.check !== check
    if (!this.seals(level) || isOther) throw new MissingKeyError(id, isOther, this.#required.from)
  }

  /**
   * Seals text as `~id.2-check.content`: the key's id, the form and a check value that identifies the key, and the
   * sealed bytes in base64.
   */
  sealText(text: string, identity: SealedIdentity): string {
    const sealed = this.seal(Buffer.from(text, 'utf8'), identity)
    return `~${this.mark}.${Buffer.from(sealed).toString('base64')}`
  }

  /**
   * @param former - What texts of the first form are bound to.
   * @throws MissingKeyError; CorruptRecordError when the text is damaged or was sealed under another identity.
   */
  openText(sealed: string, identity: SealedIdentity, former: SealedIdentity): string {
    const [id = '', mark = '', content = ''] = sealed.slice(1).split('.')
    const isPresent = isPresentForm(mark)
    const check = this.#keys.get(id)?.check
    if (check === undefined || mark !== (isPresent ? form + check : check)) {
      throw new MissingKeyError(id, check !== undefined)
    }
    const bound = isPresent ? identity : former
    return Buffer.from(this.open(id, Buffer.from(content, 'base64'), bound)).toString('utf8')
  }

  /**
   * A key that only this sealed text has, for {@link atPosition}. It depends on the text's nonce and identity.
   *
   * @throws MissingKeyError
   */
  positionKey(sealed: string, identity: SealedIdentity): string {
    const [id = '', , content = ''] = sealed.slice(1).split('.')
    const nonce = content.slice(0, nonceDigits)
    const associated = this.#associated(identity)
    return createHmac('sha256', this.#key(id)).update(`skein position ${nonce}`).update(associated).digest('hex')
  }

  /** Seals bytes with the current key. Returns nonce, ciphertext and tag. @throws MissingKeyError */
  seal(bytes: Uint8Array, identity: SealedIdentity): Uint8Array {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.share.current ?? ''), nonce, {
      authTagLength: tagBytes,
    })
    cipher.setAAD(this.#associated(identity))
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws MissingKeyError; CorruptRecordError when the bytes are damaged or were sealed under another identity. */
  open(id: string, sealed: Uint8Array, identity: SealedIdentity): Uint8Array {
    const key = this.#key(id)
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
      decipher.setAAD(this.#associated(identity))
      decipher.setAuthTag(sealed.subarray(-tagBytes))
      return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()])
    } catch (cause) {
      const [collection, name] = identity
      throw new CorruptRecordError(
        'read',
        `The sealed record ${collection}/${name} can't be opened: it is damaged, or was sealed as another record.`,
        { cause },
      )
    }
  }

  #key(id: string): KeyObject {
    const found = this.#keys.get(id)
    if (!found) throw new MissingKeyError(id, false)
    return found.key
  }

  #associated(identity: SealedIdentity): Buffer {
    return Buffer.from(JSON.stringify([this.#space, ...identity]), 'utf8')
  }
}

/** Whether a sealed text is of the present form, by what follows the id of its key. */
function isPresentForm(mark: string): boolean {
  return mark.startsWith(form)
}

/** Whether a sealed text is of the first form, which bound neither labels nor positions. */
export function isFirstForm(sealed: string): boolean {
  return !isPresentForm(sealed.split('.', 2)[1] ?? '')
}

/** A check value that identifies a key but reveals nothing about it. */
function checkOf(key: KeyObject): string {
  return createHmac('sha256', key).update('skein key check').digest('hex').slice(0, 8)
}

/** The id of the key in a {@link KeyRing.mark}. */
export function keyIdOf(mark: string): string {
  const [id = ''] = mark.split('.', 1)
  return id
}
