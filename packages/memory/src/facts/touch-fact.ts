import type { Actor } from '../space/actor.ts'
import { guardOf } from '../space/write-options.ts'
import type { WriteOptions } from '../space/write-options.ts'
import { covers } from '../values/access.ts'
import { VersionConflictError } from '../values/errors.ts'
import { requireLifetime } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { assertReadable } from '../values/sealed-text.ts'

/** Options of `Facts.touch`. */
export interface TouchFactOptions extends Pick<WriteOptions, 'claim'> {
  /** Time to live from now, in milliseconds. */
  readonly ttlMs: number
}

const kinds: OptionKinds<TouchFactOptions> = { ttlMs: 'number', claim: 'object' }

/** Gives a fact a new time to live. Resolves to whether there was one. @throws OptionError, FenceError */
export async function touchFact(actor: Actor, key: string, options: TouchFactOptions): Promise<boolean> {
  const { ttlMs } = requireOptions('facts.touch', options, kinds)
  requireLifetime('ttlMs', ttlMs)
  const guard = guardOf(options)
  const { id: author } = actor.principal
  const place = { collection: 'facts', id: key } as const
  for (;;) {
    const record = await actor.read(place)
    if (!record) return false
    const { value, version: ifVersion, expiresAt = Infinity } = record
    // Nobody hears of a touch, so copies elsewhere would outlive an earlier end: that takes a write.
    const isLater = actor.now() + ttlMs >= expiresAt
    const level = { level: record.sensitivity, compartments: record.compartments }
    // The end may tell of what was read: then the fact is as sensitive from now on.
    const isQuiet = isLater && (!actor.scope || covers(level, actor.scope.label))
    if (!isQuiet) assertReadable(value)
    const own = { key: place, ifVersion, ttlMs, guard }
    try {
      await actor.writeOne(
        isQuiet ? { type: 'touch', ...own } : { type: 'set', ...own, value, meta: actor.mark({ ...record, author }) },
      )
      return true
    } catch (error) {
      // Somebody wrote meanwhile: what counts is what is there now.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}
