import type { Actor } from '../space/actor.ts'
import { nameOfSource } from '../space/write-options.ts'
import { sourceName } from '../store/source-name.ts'
import { isSubjectAlone, parseTarget } from './forget-options.ts'
import type { ForgetFilter, ForgetTarget } from './forget-options.ts'
import { passesForgetFilter } from './hold.ts'
import type { Holdable } from './hold.ts'

/** What somebody asks to forget. */
export interface Aim {
  /** The same as data, to be kept with the erasure. */
  readonly what: readonly string[] | ForgetFilter
  /** The names of single records, as they were given. */
  readonly names: ReadonlySet<string>
  /** Whom all of it is about, where that is the only question. */
  readonly subject: string | undefined
  /** Whether a record, present or past, is one of those that were asked for. */
  means(record: Holdable): boolean
}

/** Reads what somebody asks to forget. A filter means one's own records, with the right `erase` those of all. @throws OptionError */
export function aimOf(actor: Actor, what: ForgetTarget): Aim {
  const target = parseTarget(what)
  if ('sources' in target) {
    const names = new Set(target.sources.map(nameOfSource))
    return { what: [...names], names, subject: undefined, means: (record) => names.has(sourceName(record)) }
  }
  const isTheirs = (record: Holdable): boolean => actor.has('erase') || record.author === actor.principal.id
  return {
    what: target,
    names: new Set(),
    subject: isSubjectAlone(target) ? target.subject : undefined,
    means: (record) => isTheirs(record) && passesForgetFilter(record, target),
  }
}
