import { entryName, seesLabel } from './lineage-programs.ts'
import type { Listed, LogStep } from './lineage-programs.ts'
import type { Who } from './programs.ts'

/** A record of the model. */
export interface Rec {
  readonly name: string
  readonly kind: Listed
  readonly label: number
  author: string
  text: number
  subjects: readonly number[]
  /** Names. */
  sources: readonly string[]
  isWithdrawn: boolean
  /** The order of the last writes. */
  seq: number
  /** Of a correction. */
  said?: {
    readonly state: 'retracted' | 'superseded' | 'confirmed'
    readonly next?: string
    readonly of?: string
    readonly despite?: readonly string[]
  }
  /** Of an alert: how many records are in doubt. */
  count?: number
  /** Of a correction and an alert: the name of what was corrected. */
  about?: string
}

/** A legal hold. */
export interface Hold {
  readonly target: string
  readonly names: ReadonlySet<string>
  readonly subject: number | undefined
  readonly derived: boolean
}

class Failure extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** Ends a step with the code of an error. */
export const fail = (code: string): never => {
  throw new Failure(code)
}
export const distinct = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]

/** The records of the model, with what follows from their sources and their corrections. */
export function lineageRecords() {
  const records = new Map<string, Rec>()
  /** All that was ever made and can be picked, with its label. */
  const made = new Map<string, number>()
  const holds: Hold[] = []
  let seq = 0
  let alerts = 0

  const mayErase = (who: Who, { author }: Rec): boolean => who === 'high' || who === author
  const seen = (who: Who): Rec[] => [...records.values()].filter(({ label }) => seesLabel(who, label))
  const look = (who: Who, name: string | undefined): Rec | undefined => {
    const record = name === undefined ? undefined : records.get(name)
    return record && seesLabel(who, record.label) ? record : undefined
  }
  const isHeld = ({ name, subjects, sources }: Rec): boolean =>
    holds.some((hold) => {
      if (hold.names.has(name) || (hold.subject !== undefined && subjects.includes(hold.subject))) return true
      return hold.derived && sources.some((source) => hold.names.has(source))
    })
  const pick = (label: number, nth: number): string | undefined => {
    const names = [...made].filter(([, of]) => of === label)
    return names[nth % names.length]?.[0]
  }
  /** The sources that a write names. */
  const sourcesOf = (label: number, from: readonly number[]): string[] => {
    const names = [...made].filter(([, of]) => of <= label).map(([name]) => name)
    return distinct(from.flatMap((nth) => names[nth % names.length] ?? []))
  }
  const write = (record: Omit<Rec, 'seq' | 'isWithdrawn'>): void => {
    // Its place is that of its last write.
    records.delete(record.name)
    records.set(record.name, { ...record, isWithdrawn: false, seq: (seq += 1) })
  }
  /** What a write has of its own and of its sources. */
  const described = ({
    who,
    label,
    text,
    subject,
    from,
  }: Pick<LogStep, 'who' | 'label' | 'text' | 'subject' | 'from'>) => {
    const sources = sourcesOf(label, from)
    const given = sources.map((name) => look(who, name) ?? fail('SKEIN_NOT_FOUND'))
    if (!seesLabel(who, label)) fail('SKEIN_ACCESS')
    const subjects = distinct([...(subject === undefined ? [] : [subject]), ...given.flatMap((one) => one.subjects)])
    return { label, author: who, text, sources, subjects: subjects.toSorted((a, b) => a - b) }
  }
  const log = (step: LogStep, at: number, nth = 0): string => {
    const name = entryName(step.kind, at, nth)
    write({ name, kind: step.kind, ...described(step) })
    made.set(name, step.label)
    return 'logged'
  }

  const correctionOf = (name: string): Rec | undefined => records.get(`corrections/${name}`)
  const digest = ({ text, sources, subjects }: Rec): string => JSON.stringify([text, sources.toSorted(), subjects])
  const isResting = ({ kind }: Rec): boolean => kind !== 'corrections' && kind !== 'alerts'
  /** The corrected records behind the doubt about one. */
  const doubts = (record: Rec): string[] => {
    if (record.isWithdrawn || !isResting(record)) return []
    const above = new Set<Rec>()
    for (const open = [record]; open.length > 0;) {
      const one = open.pop() as Rec
      if (above.has(one)) continue
      above.add(one)
      if (!one.isWithdrawn) open.push(...one.sources.flatMap((name) => records.get(name) ?? []))
    }
    const causes = [...above].filter(({ isWithdrawn }) => isWithdrawn)
    return causes
      .map(({ name }) => name)
      .filter((cause) => {
        const passing = [...above].filter((one) => {
          const said = correctionOf(one.name)?.said
          return !one.isWithdrawn && !(said?.despite?.includes(cause) === true && said.of === digest(one))
        })
        return derivedFrom([cause], passing).includes(record)
      })
  }
  const correct = (who: Who, record: Rec, state: 'retracted' | 'superseded', next?: string): void => {
    const { name, label, subjects } = record
    const groups = new Map<string, Rec[]>()
    for (const one of derivedFrom([name], [...records.values()].filter(isResting))) {
      if (one.isWithdrawn || one.author === who) continue
      const group = `${one.author} ${one.label}`
      groups.set(group, [...(groups.get(group) ?? []), one])
    }
    const about = { author: who, text: 0, subjects, sources: [name], about: name }
    write({
      ...about,
      name: `corrections/${name}`,
      kind: 'corrections',
      label,
      said: { state, ...(next !== undefined && { next }) },
    })
    record.isWithdrawn = true
    for (const group of groups.values()) {
      const high = Math.max(label, ...group.map((one) => one.label))
      write({ ...about, name: `alerts/${(alerts += 1)}`, kind: 'alerts', label: high, count: group.length })
    }
  }
  /** A record that somebody may correct. */
  const own = (who: Who, name: string): Rec => {
    const record = look(who, name) ?? fail('SKEIN_NOT_FOUND')
    return mayErase(who, record) ? record : fail('SKEIN_ACCESS')
  }
  const stateOf = ({ name }: Rec): string => {
    const state = correctionOf(name)?.said?.state
    return state === undefined || state === 'confirmed' ? 'withdrawn' : state
  }

  return {
    records,
    made,
    holds,
    seen,
    look,
    mayErase,
    isHeld,
    pick,
    write,
    described,
    log,
    correctionOf,
    digest,
    doubts,
    correct,
    own,
    stateOf,
    now: () => seq,
  }
}

/** All among some records that names one of these as a source, directly or not. */
export function derivedFrom(names: readonly string[], among: readonly Rec[]): Rec[] {
  const found = new Set(names)
  const derived: Rec[] = []
  for (let size = -1; size < found.size;) {
    size = found.size
    for (const record of among) {
      if (found.has(record.name) || !record.sources.some((source) => found.has(source))) continue
      found.add(record.name)
      derived.push(record)
    }
  }
  return derived
}

/** The result of a step, or the code of its error. */
export function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    if (error instanceof Failure) return { code: error.code }
    throw error
  }
}
