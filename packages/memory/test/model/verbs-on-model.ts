import { maySee } from './programs.ts'
import type { Who } from './programs.ts'
import { factName, keptVersions, labelOf, targetName } from './verb-programs.ts'
import type { Life, Target, VerbStep } from './verb-programs.ts'

/** A version of a fact. */
interface Version {
  readonly value: number | 'deleted'
  readonly author: Who
  readonly subject: number | undefined
  /** The step that wrote it. */
  readonly at: number
  /** The step that began this life of the fact. */
  readonly bornAt: number
  /** The step that replaced it; `undefined` while it is the present one. */
  until?: number
  life: Life
}

interface Fact {
  readonly name: string
  readonly label: number
  current: Version | undefined
  /** Newest first. */
  past: Version[]
}

interface Entry {
  readonly nth: number
  readonly label: number
  readonly author: Who
  readonly subject: number | undefined
  readonly at: number
  life: Life
  isGone?: true
}

interface Hold {
  readonly target: string
  readonly subject?: number
  readonly fact?: string
  readonly entry?: Entry
}

const refused = { code: 'SKEIN_ACCESS' }
const heldBack = { code: 'SKEIN_HELD' }
const lost = { code: 'SKEIN_HISTORY' }
const lives: readonly Life[] = ['brief', 'short', 'long', 'endless']
const isLater = (life: Life, than: Life): boolean => than !== 'endless' && lives.indexOf(life) >= lives.indexOf(than)

/** A simple model of the results of a program about forgetting, holds, times to live and history. */
export function verbsOnModel(): (step: VerbStep, at: number) => unknown {
  const facts = new Map<string, Fact>()
  const entries: Entry[] = []
  /** In the order of their last writes. */
  let order: Entry[] = []
  const marks: number[] = []
  const holds: Hold[] = []

  const sees = (who: Who, { label }: { readonly label: number }): boolean => maySee(who, labelOf(label))
  const mayErase = (who: Who, author: Who): boolean => who === 'high' || who === author
  const factOf = (key: number, label: number): Fact => {
    const name = factName(key, label)
    const fact = facts.get(name) ?? { name, label, current: undefined, past: [] }
    facts.set(name, fact)
    return fact
  }
  const entryOf = (nth: number, who?: Who): Entry | undefined => {
    const entry = entries[nth % Math.max(1, entries.length)]
    return entry && !entry.isGone && (who === undefined || sees(who, entry)) ? entry : undefined
  }
  const markOf = (nth: number): number | undefined => marks[nth % Math.max(1, marks.length)]
  const isAbout = (subject: number | undefined): boolean =>
    subject !== undefined && holds.some((hold) => hold.subject === subject)
  const isHeld = (fact: Fact, version: Pick<Version, 'subject'>): boolean =>
    isAbout(version.subject) || holds.some((hold) => hold.fact === fact.name)
  const isEntryHeld = (entry: Entry): boolean => isAbout(entry.subject) || holds.some((hold) => hold.entry === entry)

  const shownPast = ({ past }: Fact): Version[] => past.slice(0, keptVersions)
  const write = (fact: Fact, at: number, next: Omit<Version, 'at' | 'bornAt' | 'until'>): void => {
    const { current } = fact
    if (current) fact.past.unshift(Object.assign(current, { until: at }))
    const version: Version = { ...next, at, bornAt: current?.bornAt ?? at }
    // One that is brief leaves nothing behind.
    fact.current = undefined
    if (next.value === 'deleted') fact.past.unshift({ ...version, until: at })
    else if (next.life !== 'brief') fact.current = version
  }
  /** The version at a mark; `lost` where it was there and is not kept. */
  const versionAt = (fact: Fact, mark: number): Version | typeof lost | undefined => {
    const past = shownPast(fact)
    const all = [...(fact.current ? [fact.current] : []), ...past]
    const last = all.find(({ at }) => at <= mark)
    if (last) return last.value !== 'deleted' && (last.until ?? Infinity) > mark ? last : undefined
    const oldest = all.at(-1)
    return oldest && oldest.bornAt <= mark ? lost : undefined
  }
  const hasPast = ({ past }: Fact): boolean => past.some(({ value }) => value !== 'deleted')
  const ownPast = (fact: Fact, who: Who, subject: number): Version[] =>
    fact.past.filter((version) => {
      return version.value !== 'deleted' && version.subject === subject && mayErase(who, version.author)
    })

  /** What a principal means by a target. */
  const found = (who: Who, target: Target, ofAll: boolean): { facts: Fact[]; entries: Entry[] } => {
    if (target.of === 'fact') {
      const fact = factOf(target.key, target.label)
      return { facts: fact.current && sees(who, fact) ? [fact] : [], entries: [] }
    }
    if (target.of === 'entry') return { facts: [], entries: [entryOf(target.nth, who) ?? []].flat() }
    const isMeant = (subject: number | undefined, author: Who): boolean =>
      subject === target.subject && (ofAll || author === who)
    return {
      facts: [...facts.values()].filter(
        (fact) => fact.current && sees(who, fact) && isMeant(fact.current.subject, fact.current.author),
      ),
      entries: entries.filter((entry) => !entry.isGone && sees(who, entry) && isMeant(entry.subject, entry.author)),
    }
  }
  /** Facts of which versions go that are not the present one. */
  const foundPast = (who: Who, target: Target, whole: readonly Fact[]): (readonly [Fact, readonly Version[]])[] => {
    const others = [...facts.values()].filter((fact) => sees(who, fact) && !whole.includes(fact))
    const meant = others.map((fact): readonly [Fact, readonly Version[]] => {
      if (target.of === 'subject') return [fact, ownPast(fact, who, target.subject)]
      return [fact, target.of === 'fact' && fact.name === factName(target.key, target.label) ? fact.past : []]
    })
    return meant.filter(([, versions]) => versions.length > 0)
  }
  const counts = (of: number, noted: number): object => ({
    ...(of > 0 && { facts: of }),
    ...(noted > 0 && { observations: noted }),
  })

  const todo: { [Kind in VerbStep['do']]: (step: Extract<VerbStep, { do: Kind }>, at: number) => unknown } = {
    set: ({ who, key, label, value, subject, life }, at) => {
      const fact = factOf(key, label)
      if (!sees(who, fact)) return refused
      if (fact.current && isHeld(fact, fact.current)) return heldBack
      const kept = isHeld(fact, { subject }) ? 'endless' : life
      write(fact, at, { value, author: who, subject, life: kept })
      return 'set'
    },
    delete: ({ who, key, label }, at) => {
      const fact = factOf(key, label)
      if (!fact.current || !sees(who, fact)) return false
      if (isHeld(fact, fact.current)) return heldBack
      write(fact, at, { value: 'deleted', author: who, subject: undefined, life: 'endless' })
      return true
    },
    get: ({ who, key, label }) => {
      const { current, ...fact } = factOf(key, label)
      const seen = sees(who, fact) ? current : undefined
      return [seen?.value, seen?.author, seen?.life]
    },
    touch: ({ who, key, label, life }, at) => {
      const fact = factOf(key, label)
      const { current } = fact
      if (!current || !sees(who, fact)) return false
      if (isHeld(fact, current)) return heldBack
      if (isLater(life, current.life)) current.life = life
      else write(fact, at, { ...current, author: who, life })
      return true
    },
    history: ({ who, key, label }) => {
      const fact = factOf(key, label)
      if (!sees(who, fact)) return []
      return [...(fact.current ? [fact.current] : []), ...shownPast(fact)].map(({ value, author }) => [value, author])
    },
    asOf: ({ who, key, label, mark }) => {
      const at = markOf(mark)
      if (at === undefined) return 'no mark'
      const fact = factOf(key, label)
      const version = sees(who, fact) ? versionAt(fact, at) : undefined
      return version && 'code' in version ? version : version && [version.value, version.author]
    },
    log: ({ who, label, subject, life }, at) => {
      if (!sees(who, { label })) return refused
      const entry: Entry = { nth: entries.length, label, author: who, subject, at, life }
      if (isEntryHeld(entry)) entry.life = 'endless'
      if (entry.life === 'brief') entry.isGone = true
      entries.push(entry)
      order.push(entry)
      return 'logged'
    },
    'touch entry': ({ who, nth, life }) => {
      const entry = entryOf(nth, who)
      if (!entry) return false
      const later = isLater(life, entry.life)
      if (!later && !mayErase(who, entry.author)) return refused
      // An earlier end is a write, which loses nothing of an entry: it is held all the same.
      if (!later) order = [...order.filter((other) => other !== entry), entry]
      if (isEntryHeld(entry)) return later ? heldBack : true
      entry.life = life
      return true
    },
    list: ({ who }) =>
      order
        .filter((entry) => !entry.isGone && sees(who, entry))
        .toReversed()
        .map(({ nth, author }) => [nth, author]),
    'list as of': ({ who, mark }) => {
      const at = markOf(mark)
      if (at === undefined) return 'no mark'
      const there = order.filter((entry) => !entry.isGone && entry.at <= at && sees(who, entry))
      return there.toReversed().map(({ nth, author }) => [nth, author])
    },
    diff: ({ who, mark }) => {
      const at = markOf(mark)
      if (at === undefined) return 'no mark'
      const changed = [...facts.values()].flatMap((fact) => {
        const [before, after] = [versionAt(fact, at), fact.current]
        if (!sees(who, fact) || before === after) return []
        const isLost = before !== undefined && 'code' in before
        const change = after === undefined ? 'removed' : before === undefined ? 'added' : 'changed'
        const was = isLost ? undefined : before?.value
        return [JSON.stringify([fact.name, change, was, after?.value, isLost])]
      })
      const added = entries.filter((entry) => !entry.isGone && entry.at > at && sees(who, entry))
      return [...changed, ...added.map(({ nth }) => JSON.stringify([`entry ${nth}`, 'added']))].toSorted()
    },
    forget: ({ who, target }) => {
      const whole = found(who, target, who === 'high')
      const past = foundPast(who, target, whole.facts)
      const authors = [
        ...whole.facts.flatMap(({ current }) => current?.author ?? []),
        ...whole.entries.map(({ author }) => author),
        ...past.flatMap(([, versions]) => versions.map(({ author }) => author)),
      ]
      if (!authors.every((author) => mayErase(who, author))) return refused
      const going = [...whole.facts.map((fact) => [fact, [fact.current, ...fact.past]] as const), ...past]
      const isKept = going.some(([fact, versions]) => versions.some((version) => version && isHeld(fact, version)))
      if (isKept || whole.entries.some(isEntryHeld)) return heldBack
      for (const fact of whole.facts) Object.assign(fact, { current: undefined, past: [] })
      for (const [fact, versions] of past) fact.past = fact.past.filter((version) => !versions.includes(version))
      for (const entry of whole.entries) entry.isGone = true
      return counts(whole.facts.length + past.length, whole.entries.length)
    },
    hold: ({ who, target }) => {
      if (who !== 'high') return refused
      const { facts: present, entries: noted } = found(who, target, true)
      const isMeant = (fact: Fact): boolean =>
        target.of === 'subject'
          ? fact.past.some(({ value, subject }) => value !== 'deleted' && subject === target.subject)
          : target.of === 'fact' && fact.name === factName(target.key, target.label) && hasPast(fact)
      const past = [...facts.values()].filter((fact) => sees(who, fact) && !present.includes(fact) && isMeant(fact))
      const kept = [...present, ...past]
      for (const { current } of present) if (current) current.life = 'endless'
      for (const entry of noted) entry.life = 'endless'
      const hold =
        target.of === 'subject'
          ? { subject: target.subject }
          : { ...(kept[0] && { fact: kept[0].name }), ...(noted[0] && { entry: noted[0] }) }
      holds.push({ target: targetName(target), ...hold })
      return counts(kept.length, noted.length)
    },
    release: ({ who, target }) => {
      if (who !== 'high') return refused
      const at = holds.findLastIndex((hold) => hold.target === targetName(target))
      if (at < 0) return { code: 'SKEIN_NOT_FOUND' }
      holds.splice(at, 1)
      return undefined
    },
    mark: (_, at) => void marks.push(at),
  }
  return (step, at) => todo[step.do](step as never, at)
}
