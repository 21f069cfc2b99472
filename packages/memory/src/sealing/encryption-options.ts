import { createSecretKey, KeyObject } from 'node:crypto'

import { requireLevel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { OptionError } from '../values/errors.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

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

const keyBytes = 32
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
 *
 * @example
 * ```ts
 * import { encryptionFromEnvironment } from '@skein/memory'
 *
 * const key = Buffer.alloc(32, 7).toString('base64')
 * const encryption = encryptionFromEnvironment({ SKEIN_KEYS: `k1=${key}`, SKEIN_ENCRYPT_FROM: 'internal' })
 * encryption?.current // => 'k1'
 * encryptionFromEnvironment({}) // => undefined
 * ```
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

const kinds: OptionKinds<EncryptionOptions> = { keys: 'object', current: 'any', from: 'any' }

/**
 * Validates encryption options and turns their keys into opaque objects.
 *
 * @throws OptionError, which does not show keys.
 */
export function resolveEncryption(options: EncryptionOptions | undefined): KeyRingShare {
  if (options === undefined) return { keys: [], current: undefined, from: 'confidential' }
  const { current, from = 'confidential' } = requireOptions('encryption', options, kinds, 'encryption')
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
  // A key may have got in here, where somebody took another sign for the equals sign.
  if (!keyId.test(id)) {
    throw new OptionError(
      'encryption.keys',
      'ids of 1 to 64 letters, digits, _ or -',
      'a longer id, or other characters',
    )
  }
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
