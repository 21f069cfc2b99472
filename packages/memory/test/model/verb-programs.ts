import fc from 'fast-check'

import { labels } from './programs.ts'
import type { Who } from './programs.ts'

/** How long a record lives: one that is brief has ended before the next step. */
export type Life = 'brief' | 'short' | 'long' | 'endless'

/** What is to be forgotten or held: all that is about somebody, one fact, or one entry. */
export type Target =
  | { readonly of: 'subject'; readonly subject: number }
  | { readonly of: 'fact'; readonly key: number; readonly label: number }
  | { readonly of: 'entry'; readonly nth: number }

/** Steps that take the same. */
type Each<Kind extends string, Given = object> = Kind extends string ? { readonly do: Kind } & Given : never

interface FactOf {
  readonly key: number
  readonly label: number
}

/** One step of a program about forgetting, holds, times to live and history. */
export type VerbStep = { readonly who: Who } & (
  | {
      readonly do: 'set'
      readonly key: number
      readonly label: number
      readonly value: number
      readonly subject: number | undefined
      readonly life: Life
    }
  | Each<'delete' | 'get' | 'history', FactOf>
  | { readonly do: 'touch'; readonly key: number; readonly label: number; readonly life: Life }
  | { readonly do: 'asOf'; readonly key: number; readonly label: number; readonly mark: number }
  | { readonly do: 'log'; readonly label: number; readonly subject: number | undefined; readonly life: Life }
  | { readonly do: 'touch entry'; readonly nth: number; readonly life: Life }
  | { readonly do: 'list' }
  | Each<'list as of' | 'diff', { readonly mark: number }>
  | Each<'forget' | 'hold' | 'release', { readonly target: Target }>
  /** Remembers the present, so that later steps can look back at it. */
  | { readonly do: 'mark' }
)

/** Public, and above the clearance of more and more principals. */
const verbLabels = [0, 2, 4] as const
/** Versions of a fact that are kept. */
export const keptVersions = 4

const who = fc.constantFrom<Who>('low', 'mid', 'high', 'high')
const key = fc.nat(1)
const label = fc.constantFrom(0, ...verbLabels)
const subject = fc.constantFrom(undefined, undefined, 0, 0, 1)
const life = fc.constantFrom<Life>('endless', 'endless', 'endless', 'long', 'short', 'brief')
const lasting = fc.constantFrom<Life>('long', 'short')
const nth = fc.nat(3)
const mark = fc.nat(3)
const is = <Name extends string>(...names: Name[]): fc.Arbitrary<Name> => fc.constantFrom(...names)
const target = fc.oneof(
  fc.record({ of: is('subject'), subject: fc.constantFrom(0, 0, 1) }),
  fc.record({ of: is('fact'), key, label }),
  fc.record({ of: is('entry'), nth }),
) satisfies fc.Arbitrary<Target>

const set = fc.record({ who, do: is('set'), key, label, value: fc.nat(9), subject, life })
const step: fc.Arbitrary<VerbStep> = fc.oneof(
  set,
  set,
  set,
  set,
  fc.record({ who, do: is('delete', 'get', 'history', 'history'), key, label }),
  fc.record({ who, do: is('touch'), key, label, life: lasting }),
  fc.record({ who, do: is('asOf'), key, label, mark }),
  fc.record({ who, do: is('log'), label, subject, life }),
  fc.record({ who, do: is('touch entry'), nth, life: lasting }),
  fc.record({ who, do: is('list') }),
  fc.record({ who, do: is('list as of', 'diff'), mark }),
  fc.record({ who, do: is('forget', 'hold', 'release'), target }),
  fc.record({ who, do: is('forget', 'forget', 'release'), target }),
  fc.record({ who, do: is('mark') }),
)

/** Random programs about forgetting, holds, times to live and history. */
export const verbPrograms: fc.Arbitrary<readonly VerbStep[]> = fc.array(step, {
  minLength: 1,
  maxLength: 60,
  size: 'max',
})

/** All read steps. */
export function verbReads(reader: Who): VerbStep[] {
  const facts = verbLabels.flatMap((of) => [0, 1].map((one) => ({ key: one, label: of })))
  const marks = [0, 1]
  return [
    ...facts.flatMap((fact): VerbStep[] => [
      { who: reader, do: 'get', ...fact },
      { who: reader, do: 'history', ...fact },
      ...marks.map((at): VerbStep => ({ who: reader, do: 'asOf', ...fact, mark: at })),
    ]),
    { who: reader, do: 'list' },
    ...marks.flatMap((at): VerbStep[] => [
      { who: reader, do: 'list as of', mark: at },
      { who: reader, do: 'diff', mark: at },
    ]),
  ]
}

/** The name of a fact. Those of different labels have different keys, because the existence of a key is not secret. */
export function factName(nthKey: number, of: number): string {
  return `${of}/k${nthKey}`
}

/** The name under which holds of a target are stacked. */
export function targetName(given: Target): string {
  return JSON.stringify(given)
}

export const labelOf = (of: number): (typeof labels)[number] => labels[of] as (typeof labels)[number]
