import { declassify } from '../kinds/declassify.ts'
import type { DeclassifyOptions } from '../kinds/declassify.ts'
import { remainingMs } from '../space/actor.ts'
import type { Actor } from '../space/actor.ts'
import { NotFoundError } from '../values/errors.ts'
import { recordKey } from './fact-key.ts'
import { toFact } from './fact.ts'
import type { Fact } from './fact.ts'

/** Lowers the label of a fact. @throws as `Facts.declassify` */
export async function declassifyFact<T>(actor: Actor, key: string, options: DeclassifyOptions): Promise<Fact<T>> {
  const record = await actor.read(recordKey(key))
  if (!record) throw new NotFoundError('fact', key)
  const { value, version } = record
  const ttlMs = remainingMs(actor, record)
  const lowered = await declassify(actor, record, options, (meta) => {
    return { type: 'set', key: recordKey(key), value, meta, ifVersion: version, ttlMs }
  })
  return toFact<T>(lowered)
}
