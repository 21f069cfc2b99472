import type { Actor } from '../space/actor.ts'
import { remainingMs } from '../space/actor.ts'
import { writeOptionKinds } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import type { StoredRecord } from '../store/record.ts'
import { OptionError } from '../values/errors.ts'
import { limits } from '../values/limits.ts'
import { requireLifetime, requireStrings } from '../values/require-option.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of `Objects.put`. */
export interface PutOptions extends WriteOptions {
  /** @defaultValue text/plain, application/json or application/octet-stream, by the content */
  readonly mediaType?: string
  /** The title that people see: a file's name, a URL, a heading. Known content keeps its first title. */
  readonly title?: string
  /**
   * Time to live in milliseconds; for ever when left out. Known content lasts for the longest that anybody has put it.
   */
  readonly ttlMs?: number
}

/** For {@link PutOptions}. */
export const putKinds: OptionKinds<PutOptions> = { ...writeOptionKinds, mediaType: 'any', title: 'any' }

/** @throws OptionError */
export function requirePut({ title, ttlMs }: PutOptions, mediaType: string): void {
  const isType =
    typeof mediaType === 'string' && mediaType.length <= limits.nameLength && /^[\w.+-]+\/[\w.+-]+/.test(mediaType)
  if (!isType) throw new OptionError('mediaType', 'a media type such as text/plain', mediaType)
  if (title !== undefined) requireStrings('title', [title])
  if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
}

/** How long an object is to last that may be there already. */
export interface Lasting {
  /** Whether it lasts so long as it is. */
  readonly isEnough: boolean
  /** With which time to live to write it; `undefined` for ever. */
  readonly ttlMs: number | undefined
}

/** For how long an object lasts that somebody puts for a time: the longest that anybody has asked for. */
export function lastingOf(
  actor: Actor,
  record: Pick<StoredRecord, 'expiresAt'> | undefined,
  ttlMs: number | undefined,
): Lasting {
  const isEnough = record !== undefined && (record.expiresAt ?? Infinity) >= actor.now() + (ttlMs ?? Infinity)
  return { isEnough, ttlMs: isEnough ? remainingMs(actor, record) : ttlMs }
}
