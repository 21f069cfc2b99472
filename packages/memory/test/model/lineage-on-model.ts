import { factName, entryName, inAnyOrder, kinds, objectName, seesLabel, words } from './lineage-programs.ts'
import type { LineageStep, LineageTarget, Listed, Reach } from './lineage-programs.ts'
import { attempt, derivedFrom, distinct, fail, lineageRecords } from './lineage-records.ts'
import type { Rec } from './lineage-records.ts'
import type { Who } from './programs.ts'

interface Tombstone {
  readonly author: Who
  readonly label: number
  readonly derived: Reach
  readonly forgotten: object
  readonly contents: number
}

/** A simple model of the results of a program about derived records, corrections, holds and forgetting. */
export function lineageOnModel(): (step: LineageStep, at: number) => unknown {
  const all = lineageRecords()
  const { records, made, holds, seen, look, mayErase, isHeld, pick, write, described, log } = all
  const { correctionOf, digest, doubts, correct, own, stateOf } = all
  const tombstones: Tombstone[] = []

  const counts = (gone: readonly Rec[]): object => {
    const found: Partial<Record<Listed, number>> = {}
    for (const { kind } of gone) found[kind] = (found[kind] ?? 0) + 1
    return found
  }
  /** Whether a filter means a record. */
  const means = (target: LineageTarget, { author, subjects, text, kind }: Rec): boolean => {
    if (target.of === 'subject') return subjects.includes(target.subject)
    if (target.of === 'author') return author === target.author
    return target.of === 'text' && isTagged(kind) && text === target.text
  }
  const isTagged = (kind: Listed): boolean => kinds.some((one) => one === kind)
  const rootsOf = (who: Who, target: LineageTarget, ofAll: boolean): Rec[] => {
    if (target.of === 'record') return [look(who, pick(target.label, target.nth)) ?? []].flat()
    const isOwn = (record: Rec): boolean => ofAll || target.of === 'author' || record.author === who
    return seen(who).filter((record) => means(target, record) && isOwn(record))
  }
  const erase = (who: Who, gone: readonly Rec[], derived: Reach): number => {
    for (const { name } of gone) records.delete(name)
    const objects = gone.filter(({ kind }) => kind === 'objects')
    const label = Math.max(...gone.map((one) => one.label))
    // Whoever may see this knows of no other objects.
    const left = [...records.values()].filter((one) => one.kind === 'objects' && one.label <= label)
    const contents = distinct(objects.map(({ text }) => text)).filter(
      (text) => !left.some((one) => one.text === text),
    ).length
    tombstones.unshift({ author: who, label, derived, forgotten: counts(gone), contents })
    return contents
  }
  const namesOf = (some: readonly Rec[]): string[] =>
    some
      .filter(({ kind }) => kind !== 'corrections')
      .map(({ name, kind, about }) => (kind === 'alerts' ? `alerts of ${about}` : name))

  const todo: { [Kind in LineageStep['do']]: (step: Extract<LineageStep, { do: Kind }>, at: number) => unknown } = {
    log: (step, at) => log(step, at),
    bulk: ({ count, ...step }, at) => {
      const more = described({ ...step })
      for (let n = 0; n < count; n += 1)
        write({ name: entryName('observations', at, n), kind: 'observations', ...more })
      made.set(entryName('observations', at), step.label)
      return 'logged'
    },
    set: ({ key, ...step }) => {
      const name = factName(step.label, key)
      const next = described(step)
      const before = records.get(name)
      if (before && isHeld(before)) fail('SKEIN_HELD')
      write({ name, kind: 'facts', ...next })
      made.set(name, step.label)
      return 'set'
    },
    put: (step) => {
      const name = objectName(step.label, step.text)
      const next = described(step)
      const known = records.get(name)
      if (known?.isWithdrawn) fail('SKEIN_CORRECTED')
      const sources = distinct([...(known?.sources ?? []), ...next.sources]).filter((source) => source !== name)
      const subjects = distinct([...(known?.subjects ?? []), ...next.subjects]).toSorted((a, b) => a - b)
      const isMore = sources.length > (known?.sources.length ?? -1) || subjects.length > (known?.subjects.length ?? -1)
      if (isMore) write({ ...next, name, kind: 'objects', author: known?.author ?? step.who, sources, subjects })
      made.set(name, step.label)
      return 'put'
    },
    delete: ({ who, label, key }) => {
      const fact = look(who, factName(label, key))
      if (!fact) return false
      if (isHeld(fact)) fail('SKEIN_HELD')
      return records.delete(fact.name)
    },
    retract: ({ who, label, nth }) => {
      const name = pick(label, nth)
      if (name === undefined || name.startsWith('facts/')) return 'none'
      const record = own(who, name)
      if (record.isWithdrawn && stateOf(record) !== 'retracted') fail('SKEIN_CORRECTED')
      if (!record.isWithdrawn) correct(who, record, 'retracted')
      return 'retracted'
    },
    supersede: ({ who, label, nth }, at) => {
      const name = pick(label, nth)
      if (name === undefined || !name.startsWith('observations/')) return 'none'
      if (!seesLabel(who, label)) fail('SKEIN_ACCESS')
      const record = own(who, name)
      if (record.isWithdrawn) fail('SKEIN_CORRECTED')
      const next = entryName('observations', at)
      write({ name: next, kind: 'observations', label, author: who, text: 0, sources: [], subjects: record.subjects })
      made.set(next, label)
      correct(who, record, 'superseded', next)
      return 'superseded'
    },
    confirm: ({ who, label, nth }) => {
      const name = pick(label, nth)
      if (name === undefined) return 'none'
      const record = own(who, name)
      if (record.isWithdrawn) fail('SKEIN_CORRECTED')
      const before = correctionOf(name)?.said
      const of = digest(record)
      const despite = distinct([...(before?.of === of ? (before.despite ?? []) : []), ...doubts(record)])
      const about = { author: who, text: 0, subjects: record.subjects, sources: [name], about: name, label }
      write({ ...about, name: `corrections/${name}`, kind: 'corrections', said: { state: 'confirmed', of, despite } })
      return 'confirmed'
    },
    forget: ({ who, target, derived, meanwhile, beside }, at) => {
      const roots = rootsOf(who, target, who === 'high')
      const rest =
        derived === 'keep'
          ? []
          : derivedFrom(
              roots.map(({ name }) => name),
              seen(who),
            )
      const found = new Set([...roots, ...rest].map(({ name }) => name))
      const doomed = derived === 'forget' ? [...roots, ...rest] : roots
      const isSaid = ({ kind, about }: Rec, of: ReadonlySet<string>): boolean =>
        kind === 'corrections' && of.has(about ?? '')
      const isAllowed = doomed.every((one) => isSaid(one, found) || mayErase(who, one))
      const names = new Set(doomed.map(({ name }) => name))
      const told = seen(who).filter((one) => isSaid(one, names) && !names.has(one.name))
      const gone = [...doomed, ...told]
      const left = derived === 'report' ? namesOf(rest) : []
      const besides = (): void => {
        for (let n = 0; n < beside; n += 1) {
          const name = entryName('observations', at, 100 + n)
          write({ name, kind: 'observations', label: 0, author: 'clerk', text: 9, subjects: [], sources: [] })
        }
      }
      if (!isAllowed || gone.some(isHeld)) {
        besides()
        fail(isAllowed ? 'SKEIN_HELD' : 'SKEIN_ACCESS')
      }
      if (gone.length === 0) {
        besides()
        return { forgotten: {}, contents: 0, left, wrote: [] }
      }
      const start = all.now()
      const wrote = meanwhile.map((step, nth) => step && attempt(() => log(step, at, nth)))
      const late = seen(who).filter((one) => one.seq > start)
      let contents = erase(who, gone, derived)
      const isTheirs = (one: Rec): boolean => who === 'high' || one.author === who
      const meant = late.filter((one) => means(target, one) && isTheirs(one))
      const sources = [...(derived === 'keep' ? [] : found), ...meant.map(({ name }) => name)]
      const lateDerived = derivedFrom(sources, late)
      if (derived === 'report') left.push(...namesOf(lateDerived))
      const lateFound = [...meant, ...(derived === 'forget' ? lateDerived : [])]
      const due = lateFound.filter((one) => !isHeld(one) && mayErase(who, one))
      left.push(...namesOf(lateFound.filter((one) => !due.includes(one))))
      if (due.length > 0) {
        const first = tombstones.shift()
        contents += erase(who, due, derived)
        // It is complete once nothing more is found.
        if (first) tombstones.unshift(first)
      }
      besides()
      return { forgotten: counts([...gone, ...due]), contents, left: distinct(left).toSorted(), wrote }
    },
    hold: ({ who, target, derived }) => {
      if (who !== 'high') fail('SKEIN_ACCESS')
      const roots = rootsOf(who, target, true)
      const isSubject = target.of === 'subject'
      const rest =
        derived === 'hold' && !isSubject
          ? derivedFrom(
              roots.map(({ name }) => name),
              seen(who),
            )
          : []
      const names = new Set(isSubject ? [] : [...roots, ...rest].map(({ name }) => name))
      holds.push({
        target: JSON.stringify(target),
        names,
        subject: isSubject ? target.subject : undefined,
        derived: derived === 'hold',
      })
      return counts([...roots, ...rest])
    },
    release: ({ target }) => {
      const at = holds.findLastIndex((hold) => hold.target === JSON.stringify(target))
      if (at < 0) fail('SKEIN_NOT_FOUND')
      holds.splice(at, 1)
      return 'released'
    },
    list: ({ who, kind, include, limit }) => {
      const found = seen(who)
        .filter((record) => record.kind === kind && (include === 'all' || !record.isWithdrawn))
        .toReversed()
      const shown = found.map((record) => {
        const about =
          kind === 'alerts' ? [record.about, record.count] : kind === 'corrections' ? record.said?.state : record.name
        return [
          about,
          record.author,
          record.sources.toSorted(),
          record.isWithdrawn && stateOf(record),
          doubts(record).toSorted(),
        ]
      })
      const pages = Math.max(1, Math.ceil(shown.length / limit))
      if (kind === 'alerts') return [pages, ...inAnyOrder(shown)]
      return Array.from({ length: pages }, (_, page) => shown.slice(page * limit, (page + 1) * limit))
    },
    search: ({ who, text, include, limit }) => {
      const isMatch = (record: Rec): boolean =>
        isTagged(record.kind) && record.kind !== 'objects' && record.text === text
      const found = seen(who).filter((record) => isMatch(record) && (include === 'all' || !record.isWithdrawn))
      return found.length >= limit ? limit : found.map(({ name }) => name).toSorted()
    },
    open: ({ who, text, label }) => {
      const object = look(who, objectName(label, text))
      return object !== undefined && !object.isWithdrawn && words[text]
    },
    erasures: ({ who }) =>
      tombstones
        .filter(({ label }) => seesLabel(who, label))
        .map(({ author, derived, forgotten, contents }) => [author, derived, forgotten, contents]),
  }
  return (step, at) => attempt(() => todo[step.do](step as never, at))
}
