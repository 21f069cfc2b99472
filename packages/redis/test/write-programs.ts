import type { Collection, Guard, Mutation, RecordKey, StoredRecord } from '@skein/memory/store'
import fc from 'fast-check'

/**
 * A random program of writes. Names are given by their indexes and versions as
 * offsets, since what they are depends on other names and on earlier writes.
 */
export interface Program {
  /** Names of records, authors, tasks, tags, objects and compartments. */
  readonly names: readonly string[]
  readonly turns: readonly Turn[]
}

/** Batches that begin in one turn of the event loop. */
export interface Turn {
  readonly batches: readonly (readonly Step[])[]
  /** Whether all that is written lives for 1 ms: it is gone when the turn is over. */
  readonly isFading: boolean
  /** Whether what has expired is swept in the end. */
  readonly isSwept: boolean
}

/** Of all sealed values of a program. */
export const positionKey: string = '7e'.repeat(32)

/** One mutation. */
interface Step {
  readonly type: Mutation['type']
  readonly place: number
  readonly ifVersion: number | undefined
  readonly guard: { readonly place: number; readonly version: number } | undefined
  readonly over: LabelStep | undefined
  readonly asVersion: number | undefined
  readonly isSealed: boolean
  readonly ttlMs: number | undefined
  readonly value: string
  readonly author: number
  readonly task: number | undefined
  readonly tags: readonly number[]
  readonly derivedFrom: readonly number[]
  readonly importance: number | undefined
  readonly label: LabelStep
  readonly terms: readonly string[] | undefined
}

interface LabelStep {
  readonly level: 'public' | 'internal' | 'confidential'
  readonly compartments: readonly number[]
}

/** One of them is listed by author. */
export const collections = ['facts', 'observations'] as const satisfies Collection[]

/** How long things live that do not fade: some years, and until a time that Lua would write as 8.0018e+15. */
export const longTimes = [1e11, 8e15] as const

const nameCount = 6
const namedRecords = 3

/** The records that a program is about. */
export function keysOf(names: readonly string[]): RecordKey[] {
  return collections.flatMap((collection) => names.slice(0, namedRecords).map((id) => ({ collection, id })))
}

const awkward = [
  [' ', ',', 'a,b', '%', '%41', '%2', '+', 'a+b', '-', '=', '=-', '--', '*', '"', '0', 'public', '/', 'a/b'],
  ['\n', 'a\nb\n', '\0', 'a\0b', '\t', '\u007F', '\u00A0', '\u2028', 'Zoë', '𝒳🦆', '\uFFFD', '٣'],
  ['x'.repeat(1_000), 'ü'.repeat(1_000), '🦆'.repeat(500), '% '.repeat(500)],
].flat()
const name = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed()),
)
const place = fc.nat(collections.length * namedRecords - 1)
const anyName = fc.nat(nameCount - 1)
const someNames = fc.uniqueArray(anyName, { maxLength: 2 })
const label = fc.record({
  level: fc.constantFrom('public', 'internal', 'confidential'),
  compartments: fc.oneof(fc.constant([]), someNames),
})
/** How much more it is than that of what is there when the turn begins. */
const version = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 2, -1, -1_000)

function maybe<T>(of: fc.Arbitrary<T>, oneIn = 2): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: of })
}

const step: fc.Arbitrary<Step> = fc.record({
  // Much is written, so that something is there for the others.
  type: fc.constantFrom(
    'set',
    'set',
    'set',
    'set',
    'set',
    'set',
    'delete',
    'touch',
    'reseal',
    'withdraw',
    'check',
    'check-range',
  ),
  place,
  ifVersion: maybe(version, 3),
  guard: maybe(fc.record({ place, version }), 6),
  over: maybe(label, 4),
  asVersion: maybe(version, 6),
  isSealed: fc.integer({ min: 0, max: 3 }).map((one) => one === 0),
  ttlMs: maybe(fc.constantFrom(...longTimes)),
  value: fc.oneof(
    { weight: 12, arbitrary: fc.json() },
    // What is so long is sent at once, and what comes later in its turn is sent after it.
    { weight: 1, arbitrary: fc.constant('\0 \n'.repeat(3_000)) },
  ),
  author: anyName,
  task: maybe(anyName),
  tags: someNames,
  derivedFrom: someNames,
  importance: maybe(fc.constantFrom(0, 0.1, 1)),
  label,
  terms: maybe(fc.constantFrom([], ['duck', 'ü'])),
})
const batch = fc.uniqueArray(step, { maxLength: 4, selector: (one) => one.place })
const turn: fc.Arbitrary<Turn> = fc.record({
  batches: fc.array(batch, { minLength: 1, maxLength: 6 }),
  isFading: fc.nat(5).map((n) => n === 0),
  isSwept: fc.nat(3).map((n) => n === 0),
})

export const programs: fc.Arbitrary<Program> = fc.record({
  names: fc.uniqueArray(name, { minLength: nameCount, maxLength: nameCount }),
  turns: fc.array(turn, { minLength: 1, maxLength: 8, size: 'max' }),
})

/**
 * What a turn says.
 *
 * @param known - What there is of {@link keysOf} when it begins.
 */
export function mutationsOf(
  { batches, isFading }: Turn,
  names: readonly string[],
  known: readonly (StoredRecord | undefined)[],
): Mutation[][] {
  const keys = keysOf(names)
  const named = (indexes: readonly number[]): string[] => indexes.map((index) => names[index] ?? '').toSorted()
  const labelOf = ({ level, compartments }: LabelStep) => ({ level, compartments: named(compartments) })
  const versionAt = (at: number, more: number, least = 0): number => Math.max(least, (known[at]?.version ?? 0) + more)
  const mutationOf = (one: Step): Mutation => {
    const { type, place: at, value, importance, terms } = one
    const { guard, over, ttlMs = longTimes[0] } = one
    const base = {
      key: keys[at] as RecordKey,
      ifVersion: one.ifVersion === undefined ? undefined : versionAt(at, one.ifVersion),
      // Whether what fades is still there is a matter of chance.
      guard:
        guard && !isFading
          ? ({ key: keys[guard.place] as RecordKey, version: versionAt(guard.place, guard.version) } satisfies Guard)
          : undefined,
      over: over && labelOf(over),
    }
    const ifVersion = versionAt(at, one.ifVersion ?? 0, 1)
    const author = names[one.author] ?? ''
    switch (type) {
      case 'delete':
        return { ...base, type, author }
      case 'check':
        return { ...base, type, ifVersion: versionAt(at, one.ifVersion ?? 0) }
      case 'check-range': {
        const { collection, id } = base.key
        const [notAuthor] = named(one.derivedFrom)
        const audience = base.over
        const task = one.task === undefined ? undefined : names[one.task]
        const filter = { task, tags: named(one.tags), audience, ...(one.isSealed ? { author } : { notAuthor }) }
        const after = isFading ? Number.MAX_SAFE_INTEGER : Math.max(0, (known[at]?.seq ?? 0) + (one.ifVersion ?? 0))
        // Prefixes of names are names too: those of one letter, and none.
        return { type, key: { collection, id: id.length > 1 ? '' : id }, filter, after }
      }
      case 'withdraw':
        return { ...base, type }
      case 'touch':
        return { ...base, type, ifVersion, ttlMs: isFading ? 1 : ttlMs }
      case 'reseal':
        // It names what was read. Who names what is only being written may be refused.
        return { ...base, type, ifVersion: known[at] ? versionAt(at, Math.min(0, one.ifVersion ?? 0), 1) : 999, value }
      case 'set': {
        const { level: sensitivity, compartments } = labelOf(one.label)
        const task = one.task === undefined ? undefined : names[one.task]
        const tags = named(one.tags)
        const derivedFrom = named(one.derivedFrom)
        return {
          ...base,
          type,
          value,
          terms,
          meta: { author, task, tags, derivedFrom, importance, sensitivity, compartments },
          ttlMs: isFading ? 1 : one.ttlMs,
          asVersion: one.asVersion === undefined ? undefined : versionAt(at, one.asVersion + 1),
          positionKey: one.isSealed ? positionKey : undefined,
        }
      }
    }
  }
  const used = new Set<number>()
  // For the same reason.
  const isNew = ({ place: at }: Step): boolean => !isFading || (!used.has(at) && used.add(at).has(at))
  const reseals = (all: readonly Mutation[]): number => all.filter(({ type }) => type === 'reseal').length
  return (
    batches
      .map((steps) => steps.filter(isNew).map(mutationOf))
      // The Redis store looks at what it seals anew before it writes, so such a batch comes after the others.
      .toSorted((a, b) => reseals(a) - reseals(b))
  )
}
