import { createCipheriv, createDecipheriv, createHmac, createSecretKey, KeyObject, randomBytes } from 'node:crypto'

import { levelIndex, requireLevel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, MissingKeyError, OptionError } from '../values/errors.ts'

/** How records are encrypted at rest: see {@link MemoryOptions.encryption}. */
export interface EncryptionOptions {
  /**
   * The keys by their ids: 32 bytes each, as base64, bytes or a `KeyObject`.
   * Ids are 1 to 64 letters, digits, `_` or `-`, and stand readably in the store.
   *
   * Keys no longer used for writing stay here until everything was sealed anew.
   */
  readonly keys: Readonly<Record<string, string | Uint8Array | KeyObject>>
  /** The id of the key that seals from now on. */
  readonly current: string
  /**
   * The least sensitivity that is sealed.
   *
   * @defaultValue 'confidential'
   */
  readonly from?: Level
}

/** A key ring in the form that goes to other threads; keys stay opaque objects, so that no log shows them. */
export interface KeyRingShare {
  readonly keys: readonly (readonly [id: string, key: KeyObject])[]
  readonly current: string | undefined
  readonly from: Level
}

/** What a sealed text or bytes belong to; they open nowhere else. */
export type SealedIdentity = readonly [collection: string, id: string, version: number]

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const keyId = /^[\w-]{1,64}$/

/**
 * Reads encryption options from the environment: `SKEIN_KEYS`, ids and base64
 * keys as `k1=…,k2=…`; `SKEIN_CURRENT_KEY`, the last one if left out; and
 * `SKEIN_ENCRYPT_FROM`, a sensitivity.
 *
 * @returns nothing when there is no `SKEIN_KEYS`.
 * @throws OptionError when it makes no sense.
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
 * Checks encryption options and turns their keys into opaque objects.
 *
 * @throws OptionError, which shows no key.
 */
export function resolveEncryption(options: EncryptionOptions | undefined): KeyRingShare {
  if (options === undefined) return { keys: [], current: undefined, from: 'confidential' }
  const { current, from = 'confidential' } = options
  requireLevel('encryption.from', from)
  const keys = Object.entries(options.keys ?? {}).map(([id, key]) => [id, toKey(id, key)] as const)
  if (!keys.some(([id]) => id === current)) {
    throw new OptionError(
      'encryption.current',
      `one of the ids of its keys (${keys.map(([id]) => id).join(', ')})`,
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
    `${keyBytes} bytes, in base64 if given as text`,
    'something of another length',
  )
}

/**
 * Seals and opens texts and bytes with AES-256-GCM (NIST SP 800-38D): a fresh
 * random nonce each time, and the space, collection, id and version that they
 * belong to as associated data.
 *
 * A random nonce of 96 bits bears 2^32 messages per key: rotate before that.
 */
export class KeyRing {
  readonly share: KeyRingShare
  readonly #space: string
  #demand: { readonly mark: string; readonly from: Level } | undefined
  readonly #keys: ReadonlyMap<string, { readonly key: KeyObject; readonly check: string }>

  constructor(share: KeyRingShare, space: string) {
    this.share = share
    this.#space = space
    this.#keys = new Map(share.keys.map(([id, key]) => [id, { key, check: checkOf(key) }]))
  }

  /** Ids of the keys, the one that seals first. */
  get ids(): readonly string[] {
    const { current } = this.share
    return [...this.#keys.keys()].toSorted((a, b) => Number(b === current) - Number(a === current))
  }

  /** Whether what is so sensitive has to be sealed. */
  seals(level: Level): boolean {
    return this.share.current !== undefined && levelIndex(level) >= levelIndex(this.share.from)
  }

  /** Tells the key that seals from all others, its namesakes too, and nothing of what it is. */
  get mark(): string {
    const id = this.share.current ?? ''
    return `${id}.${this.#keys.get(id)?.check}`
  }

  /** Whether a stored text is sealed with the current key. */
  isCurrent(text: string): boolean {
    return text.startsWith(`~${this.mark}.`)
  }

  /** Says with which key the space is sealed, and from which level on. */
  demand(mark: string, from: Level): void {
    this.#demand = { mark, from }
  }

  /** @throws MissingKeyError when what is so sensitive has to be sealed in this space, and this ring can't or does not. */
  assertMayWrite(level: Level): void {
    if (!this.#demand || levelIndex(level) < levelIndex(this.#demand.from)) return
    const [id = '', check] = this.#demand.mark.split('.')
    const own = this.#keys.get(id)
    if (!this.seals(level) || (own && own.check !== check)) throw new MissingKeyError(id, own !== undefined)
  }

  /** `~`, the id of the key, a mark by which the key is recognised, and the sealed text in base64. */
  sealText(text: string, identity: SealedIdentity): string {
    const sealed = this.seal(Buffer.from(text, 'utf8'), identity)
    return `~${this.mark}.${Buffer.from(sealed).toString('base64')}`
  }

  /** @throws MissingKeyError; CorruptRecordError when it is damaged, or was sealed as something else. */
  openText(sealed: string, identity: SealedIdentity): string {
    const [id = '', check, content = ''] = sealed.slice(1).split('.')
    if (this.#keys.get(id)?.check !== check) throw new MissingKeyError(id, this.#keys.has(id))
    return Buffer.from(this.open(id, Buffer.from(content, 'base64'), identity)).toString('utf8')
  }

  /** Nonce, sealed bytes and tag. */
  seal(bytes: Uint8Array, identity: SealedIdentity): Uint8Array {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key(this.share.current ?? ''), nonce, {
      authTagLength: tagBytes,
    })
    cipher.setAAD(this.#associated(identity))
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  }

  /** @throws MissingKeyError, CorruptRecordError */
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

/** Recognises a key without telling anything of it. */
function checkOf(key: KeyObject): string {
  return createHmac('sha256', key).update('skein key check').digest('hex').slice(0, 8)
}

/** The id of the key that a mark stands for. */
export function keyIdOf(mark: string): string {
  const [id = ''] = mark.split('.', 1)
  return id
}
