import type { Actor } from '../space/actor.ts'
import type { Shown } from '../space/shown.ts'
import { guardOf } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import { indexTerms } from '../search/search-terms.ts'
import { searchableText } from '../search/searchable-text.ts'
import { hasTrait } from '../store/collections.ts'
import { correctionKey } from '../store/correction-key.ts'
import type { TouchMutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import { AccessError, VersionConflictError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import { requireLifetime } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { assertReadable } from '../values/sealed-text.ts'

/** Options of `touch`. */
export interface TouchOptions extends Pick<WriteOptions, 'claim'> {
  /** Time to live from now, in milliseconds. */
  readonly ttlMs: number
}

/** What differs between kinds of memory. */
export interface TouchManner {
  /** The name of the call, for error messages. */
  readonly call: string
  /** Whether the principal may end the record earlier without the right `erase`; by default its author may. */
  readonly mayEnd?: (record: Shown) => boolean
  /** More records that have to last as long as this one. */
  readonly companions?: (record: Shown) => Promise<readonly StoredRecord[]>
}

const kinds: OptionKinds<TouchOptions> = { ttlMs: 'number', claim: 'object' }

/**
 * Gives a record a new time to live. Resolves to whether there was one.
 *
 * @throws OptionError, FenceError; AccessError where it may not end it earlier, or has read what is more sensitive
 */
export async function touchRecord(
  actor: Actor,
  key: RecordKey,
  options: TouchOptions,
  { call, mayEnd = (record) => record.author === actor.principal.id, companions }: TouchManner,
): Promise<boolean> {
  const { ttlMs } = requireOptions(call, options, kinds)
  requireLifetime('ttlMs', ttlMs)
  const guard = guardOf(options)
  const isFact = key.collection === 'facts'
  for (;;) {
    const record = await actor.read(key)
    if (!record) return false
    const { value, version: ifVersion, expiresAt = Infinity, author } = record
    // Nobody hears of a touch, so copies and indexes elsewhere would outlive an earlier end: that takes a write.
    const isLater = actor.now() + ttlMs >= expiresAt
    // Who may write over a fact may end it. What is written once goes by its author, or by those who may erase.
    if (!isLater && !isFact && !mayEnd(record)) actor.requireRight('erase', 'erase', record, record)
    const level = { level: record.sensitivity, compartments: record.compartments }
    // The end may reveal what was read: then a fact is as sensitive from now on. Others keep their label.
    const isCovered = !actor.scope || covers(level, actor.scope.label)
    if (!isCovered && !isFact) throw new AccessError(actor.principal.id, 'a record as sensitive as what it has read')
    const isQuiet = isLater && isCovered
    if (!isQuiet) assertReadable(value)
    const own = { key: { collection: key.collection, id: key.id }, ifVersion, ttlMs, guard }
    const others = [...(await confirmationOf(actor, record)), ...((await companions?.(record)) ?? [])]
    const touches = others.map((other): TouchMutation => {
      return { type: 'touch', key: other, ifVersion: other.version, ttlMs }
    })
    const meta = isQuiet ? undefined : actor.mark({ ...record, author: isFact ? actor.principal.id : author })
    try {
      await actor.write([
        meta ? { type: 'set', ...own, value, meta, terms: termsOf(record) } : { type: 'touch', ...own },
        ...actor.plain(touches),
      ])
      return true
    } catch (error) {
      // Somebody wrote meanwhile: what counts is what is there now.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}

/** What says that somebody has confirmed it ends with the record. */
async function confirmationOf(actor: Actor, record: Shown): Promise<readonly StoredRecord[]> {
  const found = await actor.unseen.read([correctionKey(record)])
  return found.filter((other): other is StoredRecord => {
    return other?.expiresAt !== undefined && covers(actor.audience, other)
  })
}

function termsOf({ collection, value }: Shown): readonly string[] | undefined {
  return hasTrait(collection, 'searchable') ? indexTerms(searchableText(decodeJson(value))) : undefined
}
