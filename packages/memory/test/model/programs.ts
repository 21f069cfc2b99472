import type { Level, Principal } from '@skein/memory'
import type { Audience, Label } from '@skein/memory/store'
import fc from 'fast-check'

/** The principals in random programs, by ascending clearance. */
export const principals = {
  low: { id: 'low', role: 'r' },
  mid: { id: 'mid', role: 'r', clearance: { level: 'internal', compartments: ['a'] } },
  wide: { id: 'wide', role: 's', clearance: { level: 'internal', compartments: ['a', 'b'] } },
  high: {
    id: 'high',
    role: 's',
    clearance: { level: 'confidential', compartments: ['a', 'b'] },
    rights: ['declassify', 'correct'],
  },
} as const satisfies Record<string, Principal>

export type Who = keyof typeof principals

export const labels: readonly Label[] = [
  { sensitivity: 'public', compartments: [] },
  { sensitivity: 'internal', compartments: [] },
  { sensitivity: 'public', compartments: ['a'] },
  { sensitivity: 'internal', compartments: ['a', 'b'] },
  { sensitivity: 'confidential', compartments: [] },
]

/** An object by its content and label. */
export interface ObjectName {
  readonly text: number
  readonly label: number
}

/** One step of a program. */
export type Step = { readonly who: Who } & (
  | {
      readonly do: 'set'
      readonly key: number
      readonly label: number
      readonly value: number
      readonly at: 'any' | 'absent' | 'stale'
    }
  | { readonly do: 'delete'; readonly key: number; readonly label: number }
  | { readonly do: 'add'; readonly key: number; readonly label: number }
  | { readonly do: 'get'; readonly key: number; readonly label: number }
  | { readonly do: 'log'; readonly label: number; readonly text: number; readonly task: number; readonly tag: number }
  | {
      readonly do: 'list'
      readonly task: number | undefined
      readonly tag: number | undefined
      readonly not: Who | undefined
      readonly limit: number
      readonly include: 'holding' | 'all'
    }
  | {
      readonly do: 'search'
      readonly text: number
      readonly task: number | undefined
      readonly include: 'holding' | 'all'
    }
  /** Retracts one of the entries under a label. */
  | { readonly do: 'retract'; readonly label: number; readonly nth: number }
  | { readonly do: 'put'; readonly label: number; readonly text: number; readonly from: ObjectName | undefined }
  | { readonly do: 'open'; readonly object: ObjectName }
  | { readonly do: 'lineage'; readonly object: ObjectName; readonly direction: 'sources' | 'uses' }
  | { readonly do: 'alert'; readonly label: number; readonly to: Who; readonly text: number }
  | { readonly do: 'pending' }
  | { readonly do: 'ack' }
  | { readonly do: 'claim'; readonly task: number }
  | { readonly do: 'release'; readonly task: number }
  | { readonly do: 'declassify'; readonly key: number; readonly label: number }
)

export const texts = [
  'red fox',
  'red red hen and a fox',
  'Grüße, Fuchs',
  'the',
  'hens running after foxes, prices raised',
  'price of red paint',
  '',
]

const number = (most: number): fc.Arbitrary<number> => fc.nat(most)
const label = number(labels.length - 1)
const text = number(texts.length - 1)
const key = number(2)
const task = number(1)
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const who = fc.constantFrom(...(Object.keys(principals) as Who[]))
const is = <Name extends string>(name: Name): fc.Arbitrary<Name> => fc.constant(name)

const include = fc.constantFrom('holding', 'holding', 'all')

const object: fc.Arbitrary<ObjectName> = fc.record({ text: number(2), label })

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ who, do: is('set'), key, label, value: number(9), at: fc.constantFrom('any', 'any', 'absent', 'stale') }),
  fc.record({ who, do: is('delete'), key, label }),
  fc.record({ who, do: is('add'), key, label }),
  fc.record({ who, do: is('get'), key, label }),
  fc.record({ who, do: is('log'), label, text, task, tag: number(1) }),
  fc.record({ who, do: is('log'), label, text, task, tag: number(1) }),
  fc.record({
    who,
    do: is('list'),
    task: maybe(task),
    tag: maybe(number(1)),
    not: maybe(who),
    limit: fc.constantFrom(1, 3, 50),
    include,
  }),
  fc.record({ who, do: is('search'), text, task: maybe(task), include }),
  fc.record({ who, do: is('retract'), label, nth: number(3) }),
  fc.record({ who, do: is('put'), label, text: number(2), from: maybe(object) }),
  fc.record({ who, do: is('open'), object }),
  fc.record({ who, do: is('lineage'), object, direction: fc.constantFrom('sources', 'uses') }),
  fc.record({ who, do: is('alert'), label, to: who, text }),
  fc.record({ who, do: is('pending') }),
  fc.record({ who, do: is('ack') }),
  fc.record({ who, do: is('claim'), task }),
  fc.record({ who, do: is('release'), task }),
  fc.record({ who, do: is('declassify'), key, label }),
)

/** Random programs of many principals. */
export const programs: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 1, maxLength: 60, size: 'max' })

/** The labels that a principal may see. */
function audienceOf(name: Who): Audience {
  const { clearance }: Principal = principals[name]
  return { level: clearance?.level ?? 'public', compartments: clearance?.compartments ?? [] }
}

const order: readonly Level[] = ['public', 'internal', 'confidential']

/** Written a second time here, so that the memory does not check itself. */
export function maySee(name: Who, { sensitivity, compartments }: Label): boolean {
  const { level, compartments: own } = audienceOf(name)
  return order.indexOf(sensitivity) <= order.indexOf(level) && compartments.every((one) => own.includes(one))
}
