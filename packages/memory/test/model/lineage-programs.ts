import fc from 'fast-check'

import { labels, maySee } from './programs.ts'
import type { Who } from './programs.ts'

/** Kinds of record that a program writes. */
export const kinds = ['facts', 'observations', 'decisions', 'learnings', 'objects'] as const
/** The same, with those that the memory writes because of corrections. */
export const listed = [...kinds, 'alerts', 'corrections'] as const

export type Kind = (typeof kinds)[number]
export type Listed = (typeof listed)[number]
export type Journal = Exclude<Kind, 'facts' | 'objects'>
export type Reach = 'keep' | 'report' | 'forget'

/** One of the records of a label that were made so far. */
interface Pick {
  readonly label: number
  readonly nth: number
}

/** What is to be forgotten or held. */
export type LineageTarget =
  | ({ readonly of: 'record' } & Pick)
  | { readonly of: 'subject'; readonly subject: number }
  | { readonly of: 'author'; readonly author: Who }
  | { readonly of: 'text'; readonly text: number }

/** What every write has. */
interface Written {
  readonly who: Who
  readonly label: number
  readonly text: number
  readonly subject: number | undefined
  /** Of what it is derived: of those records that are not above its label. */
  readonly from: readonly number[]
}

/** An entry of a journal. */
export interface LogStep extends Written {
  readonly do: 'log'
  readonly kind: Journal
}

/** One step of a program about derived records, corrections, holds and forgetting. */
export type LineageStep =
  | LogStep
  | (Written & { readonly do: 'set'; readonly key: number })
  | (Written & { readonly do: 'put' })
  /** More entries than an erasure removes at once. */
  | (Written & { readonly do: 'bulk'; readonly count: number })
  | { readonly do: 'delete'; readonly who: Who; readonly key: number; readonly label: number }
  | ({ readonly do: 'retract' | 'supersede' | 'confirm'; readonly who: Who } & Pick)
  | {
      readonly do: 'forget'
      readonly who: Who
      readonly target: LineageTarget
      readonly derived: Reach
      /** Written when all that goes has been looked for, and nothing is hidden yet; some may be left out. */
      readonly meanwhile: readonly (LogStep | undefined)[]
      /** Entries of somebody else that are written at the same time, so many. */
      readonly beside: number
    }
  | {
      readonly do: 'hold'
      readonly who: Who
      readonly target: LineageTarget
      readonly derived: 'hold' | 'leave'
    }
  | { readonly do: 'release'; readonly who: Who; readonly target: LineageTarget }
  | {
      readonly do: 'list'
      readonly who: Who
      readonly kind: Listed
      readonly include: 'holding' | 'all'
      readonly limit: number
    }
  | {
      readonly do: 'search'
      readonly who: Who
      readonly text: number
      readonly include: 'holding' | 'all'
      readonly limit: number
    }
  | { readonly do: 'open'; readonly who: Who; readonly text: number; readonly label: number }
  | { readonly do: 'erasures'; readonly who: Who }

/** Public, and above the clearance of more and more principals. */
export const lineageLabels = [labels[0], labels[1], labels[4]].filter((label) => label !== undefined)
export const words = ['fox', 'hen', 'owl'] as const

const who = fc.constantFrom<Who>('low', 'mid', 'high', 'high')
const label = fc.constantFrom(0, 0, 0, 1, 1, 2)
const nth = fc.nat(7)
const text = fc.nat(words.length - 1)
const subject = fc.constantFrom(undefined, undefined, undefined, 0, 1)
const from = fc.oneof(fc.constant([]), fc.array(fc.nat(11), { minLength: 1, maxLength: 2 }))
const is = <Name extends string>(...names: Name[]): fc.Arbitrary<Name> => fc.constantFrom(...names)
const include = is('holding', 'all')
const key = fc.nat(1)
const target = fc.oneof(
  fc.record({ of: is('record'), label, nth }),
  fc.record({ of: is('record'), label, nth }),
  fc.record({ of: is('subject'), subject: fc.nat(1) }),
  fc.record({ of: is('author'), author: who }),
  fc.record({ of: is('text'), text }),
) satisfies fc.Arbitrary<LineageTarget>
const holdable = target.filter(({ of }) => of === 'record' || of === 'subject')
const journal = is('observations', 'decisions', 'learnings')
const log = fc.record({ do: is('log'), kind: journal, who, label, text, subject, from })
const put = fc.record({ do: is('put'), who, label, text, subject, from })
const forget = fc.record({
  do: is('forget'),
  who,
  target,
  derived: is('keep', 'report', 'forget', 'forget'),
  meanwhile: fc.oneof(fc.constant([]), fc.array(log, { minLength: 1, maxLength: 3 })),
  beside: fc.constantFrom(0, 0, 3),
})

/**
 * Random programs.
 *
 * @param sizes - How many entries steps write that write many.
 */
export function lineagePrograms(sizes: readonly number[], maxLength: number): fc.Arbitrary<readonly LineageStep[]> {
  const count = fc.constantFrom(...sizes)
  const few: fc.Arbitrary<LineageStep> = fc.oneof(
    { arbitrary: log, weight: 6 },
    { arbitrary: put, weight: 3 },
    { arbitrary: fc.record({ do: is('set'), who, label, text, subject, from, key }), weight: 3 },
    { arbitrary: fc.record({ do: is('delete'), who, label, key }), weight: 1 },
    { arbitrary: fc.record({ do: is('retract', 'supersede', 'confirm'), who, label, nth }), weight: 5 },
    { arbitrary: forget, weight: 4 },
    {
      arbitrary: fc.record({
        do: is('hold'),
        who: is<Who>('mid', 'high', 'high'),
        target: holdable,
        derived: is('hold', 'leave'),
      }),
      weight: 2,
    },
    { arbitrary: fc.record({ do: is('release'), who: is<Who>('high'), target: holdable }), weight: 1 },
    {
      arbitrary: fc.record({ do: is('list'), who, kind: is(...listed), include, limit: fc.constantFrom(2, 100) }),
      weight: 2,
    },
    { arbitrary: fc.record({ do: is('search'), who, text, include, limit: fc.constantFrom(2, 1_000) }), weight: 1 },
  )
  const steps = (most: number): fc.Arbitrary<LineageStep[]> => fc.array(few, { maxLength: most, size: 'max' })
  const bulk = fc.record({ do: is('bulk'), who, label, text, subject, from, count })
  // Something that is found in all of these is forgotten later.
  const many = fc.tuple(bulk, steps(6), forget, fc.boolean()).map(([one, between, later, isDerived]): LineageStep[] => {
    const all: LineageTarget = { of: 'text', text: one.text }
    return [one, ...between, isDerived ? { ...later, who: 'high' } : { ...later, who: 'high', target: all }]
  })
  const half = steps(maxLength / 2)
  return fc
    .tuple(half, fc.oneof(fc.constant([]), many), half)
    .map(([before, middle, after]) => [...before, ...middle, ...after])
}

/** All read steps. */
export function lineageReads(reader: Who): LineageStep[] {
  const each = (['holding', 'all'] as const).flatMap((shown): LineageStep[] => [
    ...listed.map((kind): LineageStep => ({ do: 'list', who: reader, kind, include: shown, limit: 40 })),
    ...words.map((_, at): LineageStep => ({ do: 'search', who: reader, text: at, include: shown, limit: 1_000 })),
  ])
  const contents = words.flatMap((_, at) =>
    [0, 1, 2].map((of): LineageStep => ({ do: 'open', who: reader, text: at, label: of })),
  )
  return [...each, ...contents, { do: 'erasures', who: reader }]
}

/** Whether a principal may see what has this label. */
export function seesLabel(name: Who, of: number): boolean {
  return maySee(name, lineageLabels[of] as (typeof labels)[number])
}

/** The name of a record in results: of an entry, that of the step which wrote it. */
export const factName = (of: number, nthKey: number): string => `facts/${of}/k${nthKey}`
export const objectName = (of: number, content: number): string => `objects/${of}/${content}`
export const entryName = (kind: Kind, at: number, nthOfMany = 0): string => `${kind}/${at}.${nthOfMany}`

/** The same items, whatever their order was: that of the alerts because of one correction is none. */
export function inAnyOrder(items: readonly unknown[]): string[] {
  return items.map((item) => JSON.stringify(item)).toSorted()
}
