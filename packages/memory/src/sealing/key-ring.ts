import { createCipheriv, createDecipheriv, createHmac, createSecretKey, KeyObject, randomBytes } from 'node:crypto'

import { levelIndex, requireLevel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, MissingKeyError, OptionError } from '../values/errors.ts'

/** Encryption at rest, see {@link MemoryOptions.encryption}. */
export interface EncryptionOptions {
  /**
   * Keys by id: 32 bytes each, as base64, bytes or a `KeyObject`. Ids have 1 to 64
   * letters, digits, `_` or `-`, and are stored in plain text.
   *
   * Keep old keys here until everything has been resealed with the current one.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array | KeyObject>>
  /** The id of the key that seals new data. */
  readonly current: string
  /**
   * The lowest sensitivity that is sealed.
   *
   * @defaultValue 'confidential'
   */
  readonly from?: Level
}

/** A key ring in a form that can be sent to other threads. Keys are opaque objects, so that logs don't show them. */
export interface KeyRingShare {
  readonly keys: readonly (readonly [id: string, key: KeyObject])[]
  readonly current: string | undefined
  readonly from: Level
}

/** What sealed data belongs to, and what else is bound to it. Under any other identity it does not open. */
export type SealedIdentity = readonly [collection: string, id: string, version: number, ...bound: readonly Bound[]]

type Bound = string | number | null | readonly string[]

/** The form of sealed texts, as their check value says: before the second one it was the bare value. */
const form = '2-'

const keyBytes = 32
const nonceBytes = 12
/** In base64. */
const nonceDigits = (nonceBytes / 3) * 4
const tagBytes = 16
const keyId = /^[\w-]{1,64}$/

/**
 * Reads encryption options from environment variables:
 *
 * - `SKEIN_KEYS`: ids and base64 keys, as `k1=…,k2=…`
 * - `SKEIN_CURRENT_KEY`: the id of the current key; by default the last in `SKEIN_KEYS`
 * - `SKEIN_ENCRYPT_FROM`: the lowest sensitivity that is sealed
 *
 * @returns `undefined` if `SKEIN_KEYS` is missing or blank.
 * @throws OptionError when `SKEIN_KEYS` or `SKEIN_ENCRYPT_FROM` is malformed. It shows no key.
 */
export function encryptionFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EncryptionOptions | undefined {
  const { SKEIN_KEYS: list, SKEIN_CURRENT_KEY: chosen, SKEIN_ENCRYPT_FROM: from } = environment
  if (list === undefined || list.trim() === '') return undefined
  const entries = list.split(',').map((entry) => entry.trim())
  const keys = Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=')
      if (at <= 0) throw new OptionError('SKEIN_KEYS', 'a list like k1=BASE64,k2=BASE64', 'an entry without a key')
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
  const current = chosen ?? Object.keys(keys).at(-1) ?? ''
  if (from !== undefined) requireLevel('SKEIN_ENCRYPT_FROM', from)
  return { keys, current, ...(from !== undefined && { from }) }
}

/**
 * Validates encryption options and turns their keys into opaque objects.
 *
 * @throws OptionError, which does not show keys.
 */
export function resolveEncryption(options: EncryptionOptions | undefined): KeyRingShare {
  if (options === undefined) return { keys: [], current: undefined, from: 'confidential' }
  const { current, from = 'confidential' } = options
  requireLevel('encryption.from', from)
  const keys = Object.entries(options.keys ?? {}).map(([id, key]) => [id, toKey(id, key)] as const)
  if (!keys.some(([id]) => id === current)) {
    throw new OptionError(
      'encryption.current',
      `an id in \`encryption.keys\` (${keys.map(([id]) => id).join(', ')})`,
      current,
    )
  }
  return { keys, current, from }
}

function toKey(id: string, given: string | Uint8Array | KeyObject): KeyObject {
  if (!keyId.test(id)) throw new OptionError('encryption.keys', 'ids of 1 to 64 letters, digits, _ or -', id)
  const key =
    given instanceof KeyObject
      ? given
      : createSecretKey(typeof given === 'string' ? Buffer.from(given, 'base64') : Uint8Array.from(given))
  if (key.type === 'secret' && key.symmetricKeySize === keyBytes) return key
  throw new OptionError(
    `encryption.keys.${id}`,
    `${keyBytes} bytes, or a base64 string of ${keyBytes} bytes`,
    'a key of another length or type',
  )
}

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
    if (!this.seals(level) || (own && own.check !== check)) throw new MissingKeyError(id, own !== undefined)
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
        `The sealed record ${collection}/${name} does not open: it is damaged, or was sealed as another one.`,
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
